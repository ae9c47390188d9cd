"""Hearing what someone did in Slack, and answering it: once, privately, in time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt import Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.views import answers
from bot.workflows.joining import workspace_of
from models.clock import Clock
from models.database import Database
from models.errors import FieldMistakes, Mistake

log = structlog.get_logger(__name__)

Handler = Callable[["Call"], None]
"""Reads, decides, acks, shows; what it raises before its ack is answered here."""


class Stranger(Mistake):
    """Someone of another workspace, in a channel shared with it."""

    def __init__(self) -> None:
        super().__init__("Only members of this workspace can use Tack here. Ask one of them.")


class TriggerExpired(Exception):
    """Slack takes no form for this click any more: its trigger lived three seconds."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every handler works with; made once, where the app is put together."""

    database: Database
    clock: Clock
    admins: frozenset[str] = frozenset()
    _workspaces: dict[str, int] = field(default_factory=dict)

    def workspace_id(self, team_id: str) -> int:
        """The workspace of a Slack team, remembered after the first time."""
        if team_id not in self._workspaces:
            with self.database.write() as session:
                self._workspaces[team_id] = workspace_of(session, team_id).id
        return self._workspaces[team_id]


@dataclass(frozen=True, slots=True)
class Call:
    """Something one person did, and the ways to answer it."""

    context: Context
    workspace_id: int
    actor: str
    bot_user_id: str
    at: datetime
    body: Mapping[str, Any]
    client: WebClient
    ack: Callable[..., Any]
    respond: Callable[..., Any]

    @property
    def database(self) -> Database:
        """Where everything is stored."""
        return self.context.database

    @property
    def action(self) -> Mapping[str, Any]:
        """The button, menu or field that was used."""
        action: Mapping[str, Any] = self.body["actions"][0]
        return action

    @property
    def view(self) -> Mapping[str, Any]:
        """The form or Home it happened in."""
        view: Mapping[str, Any] = self.body["view"]
        return view

    @property
    def typed(self) -> str:
        """What follows a slash command, as it was typed: Slack escapes three characters in it."""
        text = str(self.body.get("text") or "").strip()
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    @property
    def is_modal(self) -> bool:
        """Whether it happened in a form."""
        return bool(self.body.get("view", {}).get("type") == "modal")

    @property
    def is_ephemeral(self) -> bool:
        """Whether it happened in a message that only this person sees."""
        return bool(self.body.get("container", {}).get("is_ephemeral"))

    @property
    def channel_id(self) -> str | None:
        """The channel it happened in, None in App Home and in forms."""
        channel = self.body.get("channel") or {}
        return self.body.get("channel_id") or channel.get("id")

    def reply(self, answer: answers.Answer, *, replace: bool = False) -> None:
        """Ack, and tell the person alone: beneath what they did, or in place of what they used."""
        if "command" in self.body:
            self.ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
            return
        self.ack()
        _tell(self.body, self.client, self.respond, answer, replace=replace)

    def tell(
        self,
        answer: answers.Answer,
        channel_id: str | None,
        otherwise: answers.Answer | None = None,
    ) -> None:
        """Tell the person alone, in the channel where they began, else in direct messages.

        There it is `otherwise`, where the words for it are others.
        """
        try:
            if channel_id is not None:
                self.client.chat_postEphemeral(
                    channel=channel_id,
                    user=self.actor,
                    text=answer.text,
                    blocks=list(answer.blocks),
                )
                return
        except SlackApiError as error:
            log.info("told in direct messages", error=error.response.get("error"))
        told = otherwise or answer
        self.client.chat_postMessage(channel=self.actor, text=told.text, blocks=list(told.blocks))

    def open_form(self, view: Mapping[str, Any]) -> None:
        """Open a form, on top of the one in front where there is one. Raises TriggerExpired."""
        show = self.client.views_push if self.is_modal else self.client.views_open
        try:
            show(trigger_id=self.body["trigger_id"], view=dict(view))
        except SlackApiError as error:
            if error.response.get("error") in {"expired_trigger_id", "exchanged_trigger_id"}:
                raise TriggerExpired from error
            raise

    def update_form(self, view: Mapping[str, Any]) -> None:
        """Show other content in the form in front; a form changed meanwhile stays as it is."""
        try:
            self.client.views_update(
                view_id=self.view["id"], hash=self.view["hash"], view=dict(view)
            )
        except SlackApiError as error:
            if error.response.get("error") not in {"hash_conflict", "not_found"}:
                raise


def hears(handler: Handler, context: Context) -> Callable[[Args], None]:
    """The Bolt listener of a handler; the one place that answers a broken rule."""

    def listen(args: Args) -> None:
        at = context.clock.now()
        try:
            team_id = _home_team(args)
            call = Call(
                context=context,
                workspace_id=context.workspace_id(team_id),
                actor=str(args.context.user_id),
                bot_user_id=str(args.context.bot_user_id),
                at=at,
                body=args.body,
                client=args.client,
                ack=args.ack,
                respond=args.respond,
            )
            handler(call)
        except Mistake as mistake:
            _refuse(args, mistake)
        except TriggerExpired:
            _refuse(args, Mistake("That took too long for Slack to open the form. Try once more."))
        except Exception:
            reference = uuid4().hex[:8]
            log.exception("handler failed", handler=handler.__name__, reference=reference)
            _refuse(args, Mistake(f"Something broke on Tack's side. Tell an admin: {reference}."))

    return listen


def _home_team(args: Args) -> str:
    """The team the app is installed in. Raises Stranger for people of another."""
    team_id = str(args.context.team_id)
    user = args.body.get("user")
    theirs = user.get("team_id") if isinstance(user, Mapping) else args.body.get("team_id")
    if theirs and theirs != team_id:
        raise Stranger
    return team_id


def _refuse(args: Args, mistake: Mistake) -> None:
    """Answer with the rule's own sentence; what was typed into a form stays there."""
    kind = args.body.get("type")
    answer = answers.refusal(mistake)
    if kind == "view_submission":
        args.ack(response_action="errors", errors=_errors(mistake, args.body["view"]["blocks"]))
    elif kind == "block_suggestion":
        args.ack(options=[])
    elif "command" in args.body:
        args.ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
    else:
        args.ack()
        _tell(args.body, args.client, args.respond, answer)


def _errors(mistake: Mistake, blocks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Each sentence at its field; a field is named by its block, the first takes the rest."""
    fields = [str(block["block_id"]) for block in blocks if block["type"] == "input"]
    errors = mistake.errors if isinstance(mistake, FieldMistakes) else {"": mistake.sentence}
    found: dict[str, str] = {}
    for name, sentence in errors.items():
        place = name if name in fields else fields[0]
        found[place] = f"{found[place]} {sentence}" if place in found else sentence
    return found


def _tell(
    body: Mapping[str, Any],
    client: WebClient,
    respond: Callable[..., Any],
    answer: answers.Answer,
    *,
    replace: bool = False,
) -> None:
    """Tell the person who clicked: beneath the message, or in a small form over Home or a form."""
    if body.get("response_url"):
        respond(
            text=answer.text,
            blocks=list(answer.blocks),
            response_type="ephemeral",
            replace_original=replace,
        )
    else:
        in_form = body.get("view", {}).get("type") == "modal"
        show = client.views_push if in_form else client.views_open
        show(trigger_id=body["trigger_id"], view=answers.note(answer))
