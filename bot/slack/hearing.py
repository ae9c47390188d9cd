"""Hearing what someone did in Slack, and answering it: once, privately, in time."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt import Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.slack import answers
from bot.slack.actions import Follow, Window, heard_as
from bot.slack.answering import (
    CONNECTIONS,
    NOT_REACHED,
    TriggerExpired,
    answer_alone,
    answer_directly,
    answer_where_it_happened,
    refuse,
    show_form,
)
from bot.slack.asking.connections import Connections
from bot.slack.asking.members import Guest, Members, NotKnownYet, who
from bot.slack.asking.user_groups import UserGroups, UserGroupsFound
from bot.slack.lookup import after_ack
from bot.slack.typed import Payload, payload, request_of
from bot.slack.values import OldButton
from bot.workflows.keeping import Act
from bot.workflows.people.members import last_known, remember
from bot.workflows.people.workspaces import workspace_of
from models.audit import audit
from models.clock import Clock
from models.database import Database
from models.errors import DatabaseAway, Mistake
from models.fields import plain
from models.seen import first_time, was_seen

log = structlog.get_logger(__name__)

MOST_ANSWERED = 1_000

Handler = Callable[["Call"], None]
"""Reads, decides, acks, shows; what it raises before its ack is answered here."""


class SentTwice(Exception):
    """A form that was delivered before: what it does is done."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler works with; made once, where the app is put together."""

    database: Database
    clock: Clock
    members: Members = field(default_factory=Members)
    user_groups: UserGroups = field(default_factory=UserGroups)
    connections: Connections = field(default_factory=Connections)
    _workspaces: dict[str, int] = field(default_factory=dict)
    _keeping: Lock = field(default_factory=Lock)
    answered: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """How the last forms were answered, in case one is delivered once more."""

    def workspace_id(self, team_id: str) -> int:
        """The workspace of a Slack team, remembered after the first time."""
        if team_id not in self._workspaces:
            with self.database.write() as session:
                self._workspaces[team_id] = workspace_of(session, team_id).id
        return self._workspaces[team_id]

    def check_member(self, args: Args, team_id: str, at: datetime) -> None:
        """Raise Guest for guests; while Slack does not tell, what it told before a restart counts.

        Raises NotKnownYet of whom it never told.
        """
        try:
            self.members.check(args.client, args.body, team_id, at)
        except NotKnownYet:
            here, user_id = self.workspace_id(team_id), str(who(args.body))
            with self.database.read() as session:
                is_guest = last_known(session, here, user_id)
            if is_guest is None:
                raise
            if is_guest:
                raise Guest from None

    def keep_members(self) -> None:
        """Keep what Slack told of members beyond a restart: after the ack, many in one go."""
        if not self._keeping.acquire(blocking=False):
            return
        try:
            news: dict[str, dict[str, tuple[bool, datetime]]] = {}
            for (team_id, user_id), (at, known) in self.members.take_news().items():
                news.setdefault(team_id, {})[user_id] = (known.is_guest, at)
            for team_id, found in news.items():
                here = self.workspace_id(team_id)
                with self.database.write() as session:
                    remember(session, here, found)
        except DatabaseAway:
            log.info("members not kept")
        finally:
            self._keeping.release()


@dataclass(frozen=True, slots=True)
class Call:
    """Something one person did, and the ways to answer it."""

    context: Context
    workspace_id: int
    actor: str
    bot_user_id: str
    at: datetime
    args: Args
    unfit_named: frozenset[str] = frozenset()
    """Who of those that a form names can have no role or task any more."""
    writes: list[bool] = field(default_factory=list)
    """Of each transaction it began, whether it may be done again."""
    follows: dict[str, Follow] = field(default_factory=dict)
    """What is to be done once a view is shown and acked, by what the view remembers."""
    to_do: list[Callable[[], None]] = field(default_factory=list)
    """The same of those that are shown."""

    @property
    def who(self) -> tuple[int, str]:
        """Where, and who: what every question to the database begins with."""
        return self.workspace_id, self.actor

    def act(self, session: Session) -> Act:
        """What this person does, in that transaction."""
        return Act(session, self.workspace_id, self.actor, self.at)

    @property
    def body(self) -> Mapping[str, Any]:
        """What Slack told."""
        return self.args.body

    @property
    def client(self) -> WebClient:
        """The way to Slack while the person waits."""
        return self.args.client

    @property
    def ack(self) -> Callable[..., Any]:
        """Tells Slack that it is done."""
        return self.args.ack

    @property
    def database(self) -> Database:
        """Where everything is stored."""
        return self.context.database

    @contextmanager
    def write(self, *, again: bool = False) -> Iterator[Session]:
        """One transaction, recorded in the audit log as this person's.

        Of a form that is delivered twice it is done once, unless it may be done again. Raises
        SentTwice.
        """
        place = len(self.writes)
        self.writes.append(again)
        with self.database.write(audit.Act(self.actor, self.source, self.at)) as session:
            if self.is_form and not again:
                request = f"{request_of(self.body)}:{place}"
                if not first_time(session, self.workspace_id, request, self.at):
                    raise SentTwice
            yield session

    def came_before(self, session: Session) -> bool:
        """Whether this very command was heard already; it is from now on."""
        request = f"command:{self.body['trigger_id']}"
        return not first_time(session, self.workspace_id, request, self.at)

    def write_for_slack(self) -> AbstractContextManager[Session]:
        """One transaction about what Slack told of someone: it befell them, they did not do it."""
        return self.database.write(audit.Act(None, self.source, self.at))

    @property
    def source(self) -> str:
        """Where it came from, for the audit log: the command, button, form or event."""
        if "command" in self.body:
            return f"{self.body['command']} {self.typed.split(' ')[0]}".strip()
        if self.body.get("type") == "view_submission":
            return f"form {self.view['callback_id']}"
        if actions := self.body.get("actions"):
            return f"button {heard_as(actions[0])}"
        if "event" in self.body:
            return f"event {self.body['event']['type']}"
        return str(self.body.get("callback_id") or self.body.get("type"))

    @property
    def action(self) -> Mapping[str, Any]:
        """The button, menu or field that was used."""
        action: Mapping[str, Any] = next(iter(self.body["actions"]), Payload())
        return action

    @property
    def view(self) -> Mapping[str, Any]:
        """The form or Home it happened in. Raises OldButton where it was in neither."""
        view: Mapping[str, Any] | None = self.body.get("view")
        if view is None:
            raise OldButton
        return view

    @property
    def typed(self) -> str:
        """What follows a slash command, as it was typed: Slack escapes three characters in it."""
        text = plain(str(self.body.get("text") or ""))
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    @property
    def words_after_command(self) -> str:
        """What follows the first word after a slash command; empty where none was typed."""
        return self.typed.partition(" ")[2].strip() if "command" in self.body else ""

    @property
    def is_modal(self) -> bool:
        """Whether it happened in a form."""
        return bool(self.body.get("view", {}).get("type") == "modal")

    @property
    def is_form(self) -> bool:
        return self.body.get("type") == "view_submission"

    @property
    def is_ephemeral(self) -> bool:
        """Whether it happened in a message that only this person sees."""
        return bool(self.body.get("container", {}).get("is_ephemeral"))

    @property
    def channel_id(self) -> str | None:
        """The channel it happened in, None in App Home and in forms."""
        channel = self.body.get("channel") or {}
        return self.body.get("channel_id") or channel.get("id")

    def unfit(self, user_ids: Iterable[str]) -> str | None:
        """Why someone of them can have no role or task, in a sentence; None where all can.

        Guests, bots, people of other workspaces and those who left. Raises CannotSay.
        """
        team_id = str(self.args.context.team_id)
        return self.context.members.unfit(self.client, team_id, user_ids, self.at)

    def having_asked_about(self, user_ids: Sequence[str]) -> "Call":
        """The same, knowing who of those people can have no role or task any more."""
        team_id = str(self.args.context.team_id)
        unfit = self.context.members.unfit_among(self.client, team_id, user_ids, self.at)
        return replace(self, unfit_named=unfit)

    def name_of(self, user_id: str) -> str:
        """The first name of someone, where a mention cannot stand; empty where Slack hides it."""
        team_id = str(self.args.context.team_id)
        names = self.context.members.names(self.client, team_id, [user_id], self.at)
        return next(iter(" ".join(names).split()), "")

    def user_groups(self) -> UserGroupsFound:
        """The user groups of the workspace, as Slack tells them."""
        return self.context.user_groups.found(self.client, str(self.args.context.team_id), self.at)

    def reply(self, answer: answers.Answer, *, replace: bool = False) -> None:
        """Ack, and tell the person alone: beneath what they did, or in place of what they used."""
        if "command" in self.body:
            self.ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
            return
        self.ack()
        self.after_ack(lambda: answer_where_it_happened(self.args, answer, replace=replace))

    def after_ack(self, show: Callable[[], None]) -> None:
        """Show what follows the ack, which does not wait for it."""
        after_ack(self.args, show)

    def reply_in(
        self,
        answer: answers.Answer,
        channel_id: str | None,
        otherwise: answers.Answer | None = None,
    ) -> None:
        """Tell the person alone, in the channel where they began, else in direct messages.

        There it is `otherwise`, where the words for it are others.
        """
        if not answer_alone(self.client, self.actor, channel_id, answer):
            answer_directly(self.client, self.actor, otherwise or answer)

    def open_form(self, view: Mapping[str, Any]) -> None:
        """Open a form, on top of the one in front where there is one. Raises TriggerExpired."""
        shown = show_form(self.client, self.body, view, in_form=self.is_modal)
        self._follow(view, shown)

    def update_form(self, view: Mapping[str, Any]) -> None:
        """Show other content in the form in front; a form changed meanwhile stays as it is."""
        try:
            shown = self.client.views_update(
                view_id=self.view["id"], hash=self.view["hash"], view=dict(view)
            )
        except SlackApiError as error:
            if error.response.get("error") not in {"hash_conflict", "not_found"}:
                raise
        else:
            self._follow(view, shown["view"])

    def update_below(self, view: Mapping[str, Any]) -> None:
        """Show other content in the form beneath the one in front, if there is one."""
        self._update(self.view.get("previous_view_id"), view)

    def show_in(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Show other content in a form that may be closed already."""
        self._update(view_id, view)

    def _update(self, view_id: str | None, view: Mapping[str, Any]) -> None:
        if not view_id:
            return
        try:
            shown = self.client.views_update(view_id=view_id, view=dict(view))
        except (SlackApiError, *NOT_REACHED) as error:
            log.info("a form beneath stays as it was", error=str(error)[:200])
        else:
            self._follow(view, shown["view"])

    def _follow(self, view: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        """Note what is to be done for the view; its ack may be still to come."""
        if follow := self.follows.get(str(view.get("private_metadata"))):
            window = Window(str(shown["id"]), str(shown["hash"]), view)
            self.to_do.append(lambda: follow(window))

    def follow_up(self) -> None:
        """Do what is to be done for the views that are shown; all was acked."""
        while self.to_do:
            self.to_do.pop()()


def hears(handler: Handler, context: Context, *, asks_who: bool = True) -> Callable[[Args], None]:
    """The Bolt listener of a handler; the one place that answers a broken rule.

    Slack is not asked who someone is where only those are heard who were named before.
    """

    def listen(args: Args) -> None:
        at = context.clock.now()
        args.body = payload(args.body)
        args.context[CONNECTIONS] = context.connections
        try:
            team_id = str(args.context.team_id)
            context.members.check_at_home(args.body, team_id)
            if asks_who:
                context.check_member(args, team_id, at)
            call = Call(
                context=context,
                workspace_id=context.workspace_id(team_id),
                actor=str(args.context.user_id),
                bot_user_id=str(args.context.bot_user_id),
                at=at,
                args=args,
            )
            hear_once(handler, call)
            if call.to_do:
                call.after_ack(call.follow_up)
        except Mistake as mistake:
            refuse(args, mistake, lambda ids: _names(context, args, ids, at))
        except TriggerExpired:
            refuse(args, Mistake("That took too long for Slack to open the form. Try once more."))
        except Exception:
            reference = uuid4().hex[:8]
            log.exception("handler failed", handler=handler.__name__, reference=reference)
            refuse(args, Mistake(f"Something broke on Tack's side. Tell an admin: {reference}."))
        finally:
            if context.members.has_news:
                after_ack(args, context.keep_members)

    return listen


def hear_once(handler: Handler, call: Call) -> None:
    """Have it handled; a form that was delivered before is answered as it was then."""
    if not call.is_form:
        handler(call)
        return
    request, answered = request_of(call.body), call.context.answered
    with call.database.read() as session:
        came_before = was_seen(session, call.workspace_id, f"{request}:0")
    try:
        if came_before:
            raise SentTwice
        handler(call)
    except SentTwice:
        call.ack(**answered.get(request, {}))
        return
    if False in call.writes:
        while len(answered) >= MOST_ANSWERED:
            answered.pop(next(iter(answered)), None)
        ack: Any = call.ack
        answered[request] = json.loads(ack.response.body or "{}")


def _names(context: Context, args: Args, user_ids: Sequence[str], at: datetime) -> Sequence[str]:
    return context.members.names(args.client, str(args.context.team_id), user_ids, at)
