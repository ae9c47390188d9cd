"""What a person can do in Slack, each act carried to the app as Slack would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import attaching, payloads, screens
from sandbox.blockkit import check_errors
from sandbox.delivery import EVENT, Carrier
from sandbox.elements import KINDS, PRESSED, Placed, held_values
from sandbox.forms import complaints
from sandbox.mentions import escape, with_ids
from sandbox.nouns import Channel, Message, ResponseUrl, User, View
from sandbox.records import SlackError
from sandbox.response_urls import answer
from sandbox.state import Workspace

OPTIONS_MOST = 100
MESSAGE_EVENTS = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}
TROUBLE = "We had some trouble connecting. Try again?"


class NotPossible(LookupError):
    """Slack's own client would not let the person do this."""


@dataclass
class Submission:
    """What became of a submitted form; errors are keyed by block_id."""

    closed: bool
    errors: dict[str, str] = field(default_factory=dict)


class Acting:
    """Everything people do goes through here, from the Python API and from the page."""

    def __init__(self, workspace: Workspace, carrier: Carrier) -> None:
        self.workspace = workspace
        self._carrier = carrier

    # in channels

    def say(self, user: User, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        """Write a message; the app hears of it if its manifest asks for such events."""
        workspace = self.workspace
        self._mark(user)
        self._check_member(user, channel)
        if channel.im_user and not workspace.manifest.takes_messages:
            raise NotPossible("Sending messages to this app has been turned off.")
        message = workspace.post(channel, user.id, escape(text), thread_ts=thread_ts)
        kind = "im" if channel.im_user else "group" if channel.private else "channel"
        event = payloads.message_event(message, channel, user)
        if workspace.bot.id in channel.members:
            self.tell(MESSAGE_EVENTS[kind], event | {"channel_type": kind})
            if f"<@{workspace.bot.id}>" in text:
                self.tell("app_mention", event | {"type": "app_mention"})
        return message

    def command(self, user: User, channel: Channel, typed: str) -> None:
        """Run a slash command; what the app answers in its ack appears in the channel."""
        workspace = self.workspace
        name, _, text = typed.partition(" ")
        self._mark(user)
        declared = workspace.manifest.commands.get(name)
        if declared is None or self._is_external(user):
            raise NotPossible(f"{name} is not a valid command.")
        self._check_member(user, channel)
        told = escape(text.strip())
        if declared.should_escape:
            told = with_ids(workspace, told)
        secret = workspace.new_response_url(user.id, channel.id, None)
        url = self._response_url(secret)
        payload = payloads.slash_command(workspace, user, channel, declared, told, url)
        ack = self._carrier.demand("slash_commands", payload)
        if ack.get("text") or ack.get("blocks"):
            use = ResponseUrl(user.id, channel.id, workspace.clock.now())
            with workspace.lock:
                self._show_answer(use, ack)

    def shortcut(
        self, user: User, callback_id: str, channel: Channel | None, message: Message | None
    ) -> None:
        """Use a shortcut, from a message's menu if it is one of those."""
        workspace = self.workspace
        declared = workspace.manifest.shortcuts.get(callback_id)
        self._mark(user)
        if declared is None or self._is_external(user):
            raise NotPossible(f"There is no shortcut {callback_id}.")
        trigger_id = workspace.new_trigger(user.id)
        payload = payloads.shortcut(workspace, user, declared, trigger_id)
        if declared.type == "message":
            if channel is None or message is None:
                raise NotPossible(f"{declared.name} needs a message.")
            secret = workspace.new_response_url(user.id, channel.id, message.ts)
            payload |= {
                "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
                "message": payloads.posted(workspace, message),
                "message_ts": message.ts,
                "response_url": self._response_url(secret),
            }
        self._interact(payload)

    def open_home(self, user: User) -> None:
        """Open the app's Home tab."""
        workspace = self.workspace
        self._mark(user)
        if not workspace.manifest.home_tab or self._is_external(user):
            raise NotPossible("The app has no Home tab.")
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": workspace.direct_messages(user.id).id,
            "tab": "home",
            "event_ts": workspace.new_ts(),
        }
        home = workspace.homes.get(user.id)
        if home:
            event["view"] = payloads.view_object(workspace, home)
        self.tell("app_home_opened", event)

    # with elements

    def use(self, user: User, where: View | Message, placed: Placed, value: dict[str, Any]) -> None:
        """Press or set an element; the app hears of it at once unless it is a form's field."""
        workspace = self.workspace
        self._mark(user)
        self._check_open(where)
        if placed.element["type"] == "file_input":
            raise NotPossible("Files are attached, not typed.")
        with workspace.lock:
            if placed.element["type"] not in PRESSED:
                payloads.set_value(where.typed, placed, value)
                workspace.changed("forms")
            if not placed.acts_at_once:
                return
            payload = self._acted(user, "block_actions", where)
            payload["actions"] = [payloads.action(workspace, placed, value)]
        self._interact(payload)

    def suggest(
        self, user: User, where: View | Message, placed: Placed, query: str
    ) -> list[dict[str, Any]]:
        """Ask the app for the options of an external select."""
        if len(query) < placed.element.get("min_query_length", 3):
            return []
        payload = self._acted(user, "block_suggestion", where, trigger=False)
        payload |= {
            "block_id": placed.block["block_id"],
            "action_id": placed.element["action_id"],
            "value": query,
        }
        ack = self._interact(payload)
        grouped = [option for group in ack.get("option_groups", ()) for option in group["options"]]
        options: list[dict[str, Any]] = ack.get("options") or grouped
        if len(options) > OPTIONS_MOST:
            self.workspace.find_fault("block_suggestion", "invalid_options", "more than 100")
        return options[:OPTIONS_MOST]

    # with forms

    def attach(
        self,
        user: User,
        view: View,
        placed: Placed,
        name: str,
        content: bytes,
        *,
        beside: bool = False,
    ) -> None:
        """Add a file to a field of a form, which says so if it does not take it."""
        self._mark(user)
        self._check_open(view)
        attaching.attach(self.workspace, user, view, placed, name, content, beside=beside)

    def detach(self, user: User, view: View, placed: Placed, file_id: str) -> None:
        """Take a file out of a field of a form again."""
        self._mark(user)
        self._check_open(view)
        attaching.detach(self.workspace, view, placed, file_id)

    def submit(self, user: User, view: View) -> Submission:
        """Submit a modal and do what the app's ack says."""
        workspace = self.workspace
        self._mark(user)
        self._check_open(view)
        with workspace.lock:
            if not view.content.get("submit"):
                raise NotPossible("This form cannot be submitted.")
            view.errors = complaints(view.blocks, held_values(view.blocks, view.typed))
            if view.errors:
                workspace.changed("forms")
                return Submission(closed=False, errors=view.errors)
            attaching.give_to_app(workspace, view)
            trigger_id = workspace.new_trigger(user.id)
            payload = payloads.acted(workspace, user, "view_submission", trigger_id)
            payload |= payloads.of_view(workspace, view) | {"response_urls": []}
        ack = self._interact(payload)
        with workspace.lock:
            try:
                self._answer_submission(view, ack)
            except SlackError as refusal:
                workspace.find_fault("view_submission", refusal.error, "the ack was refused")
                view.errors = {"": TROUBLE}
            workspace.changed("forms")
        return Submission(closed=workspace.view(view.id) is None, errors=view.errors)

    def close(self, user: User, view: View, *, whole_stack: bool = False) -> None:
        """Close a modal, or with its cross the whole stack."""
        workspace = self.workspace
        self._mark(user)
        self._check_open(view)
        cleared = whole_stack or bool(view.content.get("clear_on_close"))
        payload = payloads.acted(workspace, user, "view_closed", None)
        payload |= payloads.of_view(workspace, view) | {"is_cleared": cleared}
        with workspace.lock:
            screens.close(workspace, view, whole_stack=cleared)
        if view.content.get("notify_on_close"):
            self._carrier.deliver("interactive", payload)

    def _answer_submission(self, view: View, ack: Mapping[str, Any]) -> None:
        workspace = self.workspace
        match ack.get("response_action"):
            case None if not ack:
                screens.close(workspace, view)
            case "clear":
                screens.close(workspace, view, whole_stack=True)
            case "errors":
                errors = ack.get("errors") or {}
                screens.refuse(workspace, "view_submission", check_errors(errors, view.content))
                view.errors = dict(errors)
            case "update":
                content = screens.checked(workspace, "view_submission", ack.get("view"), "modal")
                screens.replace(workspace, view, content)
            case "push":
                content = screens.checked(workspace, "view_submission", ack.get("view"), "modal")
                screens.push_modal(workspace, view.user, content)
            case _:
                raise SlackError("invalid_response_action")

    # common

    def _interact(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell the app what someone did and return what its ack says."""
        if not self.workspace.manifest.interactive:
            raise NotPossible("The app's manifest does not switch interactivity on.")
        return self._carrier.demand("interactive", payload)

    def _is_external(self, user: User) -> bool:
        return user.team_id != self.workspace.team_id

    def _check_open(self, where: View | Message) -> None:
        if isinstance(where, View) and self.workspace.view(where.id) is None:
            raise NotPossible("This form is closed.")

    def _check_member(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members:
            raise NotPossible(f"{user.name} is not in {channel.name}.")
        if channel.archived:
            raise NotPossible(f"{channel.name} is archived.")

    def _acted(
        self, user: User, kind: str, where: View | Message, *, trigger: bool = True
    ) -> dict[str, Any]:
        workspace = self.workspace
        with workspace.lock:
            trigger_id = workspace.new_trigger(user.id) if trigger else None
            payload = payloads.acted(workspace, user, kind, trigger_id)
            if isinstance(where, View):
                return payload | payloads.in_view(workspace, where)
            channel = workspace.channels[where.channel_id]
            url = self._response_url(workspace.new_response_url(user.id, channel.id, where.ts))
            return payload | payloads.in_message(workspace, channel, where, url)

    def tell(self, subscription: str, event: dict[str, Any]) -> None:
        """Tell the app of an event if its manifest asks for such events; the caller has no lock."""
        if self.workspace.manifest.hears(subscription):
            self._carrier.deliver(EVENT, payloads.event_callback(self.workspace, event))

    def _show_answer(self, use: ResponseUrl, ack: dict[str, Any]) -> None:
        try:
            answer(self.workspace, use, ack)
        except SlackError as refusal:
            self.workspace.find_fault("slash_commands", refusal.error, "the ack was refused")

    def _mark(self, user: User) -> None:
        """Remember when someone acted last; who is gone cannot."""
        if user.deleted:
            raise NotPossible(f"The account of {user.name} is deactivated.")
        self.workspace.last_act[user.id] = self.workspace.count()

    def _response_url(self, secret: str) -> str:
        return f"{self.workspace.address}/response/{secret}"


def chosen(placed: Placed, value: Any) -> dict[str, Any]:
    """Return a value under the name that this type of element gives it."""
    return {KINDS[placed.element["type"]].field: value}
