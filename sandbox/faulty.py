"""What a test can make go wrong; refusals that were asked for are no findings."""

from datetime import timedelta

from sandbox.call_faults import CallFaults, Trouble
from sandbox.delivery import Carrier
from sandbox.records import Delivery
from sandbox.socket_mode import Connections
from sandbox.state import Workspace
from sandbox.web_api import WebApi

WARNED_AHEAD = timedelta(seconds=10)


class Faulty:
    """What a Sandbox can be told to do wrong. Everything holds until it has happened or until
    `clear_faults`; connections that have ended stay ended."""

    workspace: Workspace
    bot_token: str
    _connections: Connections
    _carrier: Carrier
    _web_api: WebApi
    _call_faults: CallFaults

    # calls of the Web API; the method `ANY` means every one

    def fail_next(
        self, method: str, error: str, retry_after: int | None = None, times: int = 1
    ) -> None:
        """Refuse the next calls of a method."""
        self._plan(method, "refuse", Trouble(error, retry_after), times)

    def break_next(self, method: str, status: int = 503, times: int = 1) -> None:
        """Answer the next calls of a method with an HTTP error and no JSON; nothing is done."""
        self._plan(method, "break", Trouble(status=status), times)

    def answer_late(self, method: str, seconds: float, times: int = 1) -> None:
        """Do what the next calls of a method ask at once, but answer so much later."""
        self._plan(method, "late", Trouble(late_s=seconds), times)

    def lose_reply_next(self, method: str, times: int = 1) -> None:
        """Do what the next calls of a method ask, then drop the connection."""
        self._plan(method, "lose", Trouble(lost=True), times)

    def misbehave(self, seed: int, share: float) -> None:
        """Let a share of all calls go wrong in mixed ways; one seed, one course of events.

        Whether a call goes wrong hangs on the seed and on how many calls of its method came before.
        """
        self._call_faults.by_chance(seed, share)
        self.workspace.changed("state")

    def behave(self) -> None:
        """Let calls go well again."""
        self._call_faults.clear()
        self.workspace.changed("state")

    def _plan(self, method: str, kind: str, trouble: Trouble, times: int) -> None:
        self._call_faults.plan(method, kind, trouble, times)
        self.workspace.changed("state")

    @property
    def rate_limits(self) -> bool:
        """Whether calls are held to Slack's rate limits."""
        return self._web_api.rate_limits

    @rate_limits.setter
    def rate_limits(self, switched_on: bool) -> None:
        self._web_api.rate_limits = switched_on
        self.workspace.changed("state")

    def wear_out_token(self, error: str = "token_revoked", token: str | None = None) -> None:
        """Refuse the app's bot token, or another one, as revoked (or token_expired) from now on."""
        self._web_api.worn_tokens[token or self.bot_token] = error
        self.workspace.changed("state")

    # what is sent to the app

    @property
    def ack_within_s(self) -> float:
        """How long the app has to acknowledge."""
        return self._carrier.ack_within_s

    @ack_within_s.setter
    def ack_within_s(self, seconds: float) -> None:
        self._carrier.ack_within_s = seconds

    def deliver_again(self, delivery: Delivery) -> Delivery:
        """Send what was sent before once more, as Slack does when it doubts that it arrived."""
        return self._carrier.deliver(delivery.kind, delivery.payload)

    def duplicate_next(self, times: int = 1) -> None:
        """Send the next deliveries twice at once, with the same ids, over whichever connection."""
        self._carrier.duplicates += times
        self.workspace.changed("state")

    def swap_next_events(self) -> None:
        """Hold the next event back until the one after it was delivered."""
        self._carrier.swaps = True
        self.workspace.changed("state")

    def skew_signatures(self, seconds: float) -> None:
        """Sign requests with a moment so far from the clock."""
        self._carrier.skew_s = seconds
        self.workspace.changed("state")

    # connections

    def ask_to_reconnect(self, *, warn: bool = False, leave_open: bool = False) -> None:
        """End every Socket Mode connection as Slack does when it moves an app elsewhere.

        With `warn` Slack says so ten seconds ahead by the sandbox's clock. With `leave_open` the
        old connections stay open, but nothing is sent over them any more.
        """
        if not warn:
            self._connections.ask_to_reconnect(leave_open=leave_open)
            return
        told = self._connections.warn()
        self.workspace.timetable.put(
            self.workspace.clock.now() + WARNED_AHEAD,
            lambda: self._connections.ask_to_reconnect(told, leave_open=leave_open),
        )

    def drop_connections(self) -> None:
        """End every Socket Mode connection without a word."""
        self._connections.drop()

    def hold_connections(self) -> None:
        """Let nothing through on the connections that are open now, and end none of them."""
        self._connections.hold()
        self.workspace.changed("state")

    def release_connections(self) -> None:
        """Let everything through again; what was sent meanwhile stays lost."""
        self._connections.release()
        self.workspace.changed("state")

    def add_ghosts(self, number: int) -> None:
        """Add connections that only Slack believes in: counted, and given envelopes, but lost."""
        self._connections.ghosts += number
        self.workspace.changed("state")

    def send_away_next(self, times: int = 1) -> None:
        """Greet the next connections with too_many_websockets."""
        self._connections.send_away += times
        self.workspace.changed("state")

    def disable_link(self) -> None:
        """Switch Socket Mode off: connections end, and no new one is given out."""
        self._connections.disable_link()
        self.workspace.changed("state")

    # all of them

    @property
    def active_faults(self) -> list[str]:
        """What is wrong or waits to go wrong, in words."""
        carrier, connections = self._carrier, self._connections
        return [
            *self._call_faults.words(),
            *(["calls are held to Slack's rate limits"] if self.rate_limits else []),
            *(f"a token is refused: {error}" for error in self._web_api.worn_tokens.values()),
            *([f"the next {carrier.duplicates} arrive twice"] if carrier.duplicates else []),
            *(["the next two events change places"] if carrier.swaps else []),
            *(["an event waits to be overtaken"] if carrier.overtaken else []),
            *([f"signatures are {carrier.skew_s:g} s off"] if carrier.skew_s else []),
            *([f"{connections.held} connections let nothing through"] if connections.held else []),
            *([f"{connections.ghosts} ghost connections"] if connections.ghosts else []),
            *([f"the next {connections.send_away} are sent away"] if connections.send_away else []),
            *([] if connections.link_enabled else ["Socket Mode is switched off"]),
        ]

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call_faults.clear()
        self._web_api.rate_limits = False
        self._web_api.worn_tokens.clear()
        self._carrier.duplicates, self._carrier.swaps, self._carrier.skew_s = 0, False, 0.0
        self._carrier.send_overtaken()
        self._connections.release()
        self._connections.ghosts = self._connections.send_away = 0
        self._connections.link_enabled = True
        self.workspace.changed("state")
