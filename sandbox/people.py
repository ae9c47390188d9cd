"""A Python API that reads like a person acting in Slack."""

from collections.abc import Iterator
from typing import Any

from sandbox.choices import option_shown, value_of
from sandbox.elements import KINDS, TYPED, Placed, options_of
from sandbox.nouns import Channel, File, Message, User, View
from sandbox.stage import PATIENCE_S, Stage
from sandbox.surfaces import Form, Home


class Reply:
    """The private answer to a command, looked at when it is asked for."""

    def __init__(self, member: "Member", order: int) -> None:
        self._member = member
        self._order = order

    @property
    def message(self) -> Message:
        """The newest private message since the command, waited for."""
        return self._member.last_private(since=self._order)

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.message.blocks


class Member:
    """A person in the workspace, who types, clicks and fills in forms."""

    def __init__(self, slack: Stage, user: User) -> None:
        self._slack = slack
        self.user = user

    @property
    def id(self) -> str:
        """The person's user id."""
        return self.user.id

    # saying

    def types(self, text: str, channel: str | None = None, thread_ts: str | None = None) -> Reply:
        """Type a slash command or a message; without a channel, to the app itself.

        Raises NoAck if the app does not take a command within three seconds, NotPossible if the
        workspace has no such command.
        """
        place = self._slack.channel(channel) if channel else self._slack.dm(self.user.name)
        order = self._slack.workspace.count()
        if text.startswith("/"):
            self._slack.acting.command(self.user, place, text)
        else:
            self._slack.acting.say(self.user, place, text, thread_ts)
        return Reply(self, order)

    def uses_shortcut(
        self, callback_id: str, channel: str | None = None, on: Message | None = None
    ) -> None:
        """Use a global shortcut, or one from a message's menu."""
        place = self._slack.workspace.channels[on.channel_id] if on else None
        place = self._slack.channel(channel) if channel else place
        self._slack.acting.shortcut(self.user, callback_id, place, on)

    # reading

    def private_messages(self, channel: str | None = None) -> list[Message]:
        """Return what only this person sees, newest last."""
        places = [self._slack.channel(channel)] if channel else list(self._channels())
        own = [m for place in places for m in place.all_messages if m.only_for == self.id]
        return sorted(own, key=lambda message: message.order)

    def last_private(self, timeout: float = PATIENCE_S, since: int | None = None) -> Message:
        """Return the newest private message since this person's last act, waiting for it."""
        after = self._slack.workspace.last_act.get(self.id, 0) if since is None else since

        def newest() -> Message | None:
            newer = [m for m in self.private_messages() if m.order > after]
            return newer[-1] if newer else None

        message = self._slack.wait_for(newest, timeout)
        assert message is not None
        return message

    def files(self, channel: str | None = None) -> list[File]:
        """Return the files in messages this person sees, newest last, each with its content."""
        messages = self._visible(None, None, channel)[::-1]
        return [file for message in messages for file in message.files]

    def _channels(self) -> Iterator[Channel]:
        for channel in list(self._slack.workspace.channels.values()):
            if self.id in channel.members or any(
                message.only_for == self.id for message in channel.all_messages
            ):
                yield channel

    # clicking in messages

    def click(
        self,
        label: str,
        in_message: Message | None = None,
        containing: str | None = None,
        channel: str | None = None,
        *,
        confirm: bool = True,
    ) -> None:
        """Click a button; `confirm` is what the person answers to a confirm dialog, if any."""
        message, placed = self._placed(label, ("button",), in_message, containing, channel)
        if confirm or "confirm" not in placed.element:
            self._slack.acting.use(self.user, message, placed, {})

    def chooses_overflow(
        self,
        option: str,
        in_message: Message | None = None,
        containing: str | None = None,
        channel: str | None = None,
    ) -> None:
        for message in self._visible(in_message, containing, channel):
            for placed in message.elements:
                shown = [shown["text"]["text"] for shown in options_of(placed.element)]
                if placed.element["type"] == "overflow" and option in shown:
                    value = {"selected_option": option_shown(options_of(placed.element), option)}
                    self._slack.acting.use(self.user, message, placed, value)
                    return
        raise AssertionError(f"No overflow menu here has the option {option!r}.")

    def choose(
        self,
        label: str,
        *options: str,
        in_message: Message | None = None,
        containing: str | None = None,
        channel: str | None = None,
    ) -> None:
        """Choose in a select, picker, radio or checkboxes of a message."""
        kinds = [kind for kind in KINDS if kind not in TYPED]
        message, placed = self._placed(label, kinds, in_message, containing, channel)
        value = value_of(
            self._slack.workspace,
            placed,
            options,
            lambda asked, query: self._slack.acting.suggest(self.user, message, asked, query),
        )
        self._slack.acting.use(self.user, message, placed, value)

    def _placed(
        self,
        label: str,
        types: tuple[str, ...] | list[str],
        in_message: Message | None,
        containing: str | None,
        channel: str | None,
    ) -> tuple[Message, Placed]:
        seen = []
        for message in self._visible(in_message, containing, channel):
            for placed in message.elements:
                if placed.element["type"] in types:
                    if label in (placed.label, placed.element["action_id"]):
                        return message, placed
                    seen.append(placed.label)
        raise AssertionError(f"{self.user.name} sees no {label!r}; there is {seen}.")

    def _visible(
        self, in_message: Message | None, containing: str | None, channel: str | None
    ) -> list[Message]:
        """Return the messages meant, newest first."""
        if in_message is not None:
            return [in_message]
        places = [self._slack.channel(channel)] if channel else list(self._channels())
        messages = [message for place in places for message in place.visible_to(self.id)]
        messages.sort(key=lambda message: -message.order)
        return [m for m in messages if containing is None or m.shows(containing)]

    # forms and Home

    def form(self, timeout: float = PATIENCE_S, title: str | None = None) -> Form:
        """Return the modal in front of this person, waiting for one (of this title)."""
        workspace = self._slack.workspace

        def front() -> View | None:
            view = workspace.top_view(self.id)
            return view if view and title in (None, view.content["title"]["text"]) else None

        try:
            view = self._slack.wait_for(front, timeout)
        except AssertionError:
            top = workspace.top_view(self.id)
            shown = top.content["title"]["text"] if top else "nothing"
            raise AssertionError(f"No form opened for {self.user.name}; open: {shown}") from None
        assert view is not None
        return Form(self._slack, self.user, view)

    def has_form(self) -> bool:
        """Return whether a modal is in front of this person."""
        return self._slack.workspace.top_view(self.id) is not None

    def opens_home(self, timeout: float = PATIENCE_S) -> Home:
        """Open the app's Home and wait until the app has drawn it."""
        homes = self._slack.workspace.homes
        before = homes[self.id].published if self.id in homes else 0
        self._slack.acting.open_home(self.user)
        drawn = self._slack.wait_for(
            lambda: (home := homes.get(self.id)) and home.published > before and home, timeout
        )
        assert isinstance(drawn, View)
        return Home(self._slack, self.user, drawn)
