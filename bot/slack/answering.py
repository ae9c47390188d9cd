"""Answering one person: privately, in time, and by another way where the first is closed."""

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import Any

import structlog
from slack_bolt import Args
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack import answers
from bot.slack.asking.connections import Connections
from bot.slack.lookup import after_ack
from models.errors import FieldMistakes, Mistake

TRIGGER_GONE = frozenset(
    {
        "expired_trigger_id",
        "exchanged_trigger_id",
        "invalid_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
        "push_limit_reached",
    }
)
"""Slack's pages name it in two ways; on the third form no fourth can be put either."""

BUSY = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""Slack did not open it this time, and may the next."""

NOT_REACHED = (OSError, HTTPException)

CONNECTIONS = "connections"
"""By which a request knows the open connections to Slack."""

Names = Callable[[Sequence[str]], Sequence[str]]
"""What people are called, by their ids."""

log = structlog.get_logger(__name__)


class TriggerExpired(Exception):
    """Slack takes no form for this click any more: its trigger lived three seconds."""


def show_form(
    client: WebClient, body: Mapping[str, Any], view: Mapping[str, Any], *, in_form: bool
) -> Mapping[str, Any]:
    """Open a form, or put it on top of the one in front; as Slack has it. Raises TriggerExpired."""
    show = client.views_push if in_form else client.views_open
    if not (trigger_id := body.get("trigger_id")):
        raise TriggerExpired
    try:
        shown: Mapping[str, Any] = show(trigger_id=trigger_id, view=dict(view))["view"]
    except SlackApiError as error:
        busy = error.response.status_code >= 500 or error.response.get("error") in BUSY
        if busy or error.response.get("error") in TRIGGER_GONE:
            raise TriggerExpired from error
        raise
    except NOT_REACHED as error:
        raise TriggerExpired from error
    return shown


def answer_alone(
    client: WebClient, user_id: str, channel_id: str | None, answer: answers.Answer
) -> bool:
    """Tell the person alone in the channel, whether that was possible."""
    if channel_id is None:
        return False
    try:
        client.chat_postEphemeral(
            channel=channel_id, user=user_id, text=answer.text, blocks=list(answer.blocks)
        )
    except (SlackApiError, *NOT_REACHED) as error:
        log.info("not told in the channel", error=str(error)[:200])
        return False
    return True


def answer_directly(client: WebClient, user_id: str, answer: answers.Answer) -> None:
    """Tell the person in the direct messages with the app."""
    client.chat_postMessage(channel=user_id, text=answer.text, blocks=list(answer.blocks))


def answer_where_it_happened(args: Args, answer: answers.Answer, *, replace: bool = False) -> None:
    """Answer beneath the message, or in a small form over Home or a form; acked before.

    Where Slack takes neither any more, it is told in the channel or in direct messages.
    """
    body, user_id = args.body, str(args.context.user_id)
    if body.get("response_url"):
        if _responded(args, answer, replace=replace):
            return
    else:
        in_form = body.get("view", {}).get("type") == "modal"
        try:
            show_form(args.client, body, answers.note(answer), in_form=in_form)
        except (TriggerExpired, SlackApiError) as error:
            log.info("no form for the answer", error=str(error)[:200])
        else:
            return
    channel_id = (body.get("channel") or {}).get("id")
    if not answer_alone(args.client, user_id, channel_id, answer):
        answer_directly(args.client, user_id, answer)


def refuse(args: Args, mistake: Mistake, names: Names = lambda _: ()) -> None:
    """Answer with the rule's own sentence; what was typed into a form stays there.

    At a form's field a mention cannot stand, so that people are named there.
    """
    kind = args.body.get("type")
    answer = answers.refusal(mistake)
    if kind == "view_submission":
        if errors := _errors(mistake, args.body.get("view", {}).get("blocks", ()), names):
            args.ack(response_action="errors", errors=errors)
        else:
            args.ack(response_action="update", view=answers.note(answer))
    elif kind == "block_suggestion":
        args.ack(options=[])
    elif "command" in args.body:
        answer = answers.with_typed(answer, _typed(args.body))
        args.ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
    elif kind == "event_callback":
        args.ack()
        _show_as_home(args, answer)
    else:
        args.ack()
        after_ack(args, lambda: answer_where_it_happened(args, answer))


def _typed(body: Mapping[str, Any]) -> str:
    """The command as it was typed: Slack escapes three characters in it."""
    text = f"{body['command']} {body.get('text') or ''}".strip()
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _show_as_home(args: Args, answer: answers.Answer) -> None:
    """An answer to someone who opened their Home is what they see there."""
    event = args.body.get("event", {})
    if event.get("type") == "app_home_opened" and event.get("tab") == "home" and "user" in event:
        view = {"type": "home", "blocks": list(answer.blocks)}
        args.client.views_publish(user_id=event["user"], view=view)


def _responded(args: Args, answer: answers.Answer, *, replace: bool) -> bool:
    """Use the response_url, which lives half an hour and five answers; whether it was taken."""
    connections: Connections = args.context[CONNECTIONS]
    message = {
        "text": answer.text,
        "blocks": list(answer.blocks),
        "response_type": "ephemeral",
        "replace_original": replace,
    }
    try:
        status = connections.post(str(args.body["response_url"]), message)
    except NOT_REACHED as error:
        log.info("response_url not reached", error=str(error)[:200])
        return False
    return status == 200


def _errors(mistake: Mistake, blocks: Sequence[Mapping[str, Any]], names: Names) -> dict[str, str]:
    """Each sentence at its field, named by its block; the first takes the rest; {} without any."""
    fields = [str(block["block_id"]) for block in blocks if block["type"] == "input"]
    if not fields:
        return {}
    errors = mistake.errors if isinstance(mistake, FieldMistakes) else {"": mistake.sentence}
    if mistake.ask:
        people = answers.named(names(mistake.ask[: answers.MOST_NAMED]), len(mistake.ask))
        errors = {name: f"{sentence} Ask {people}." for name, sentence in errors.items()}
    if mistake.named:
        people = ", ".join(names(mistake.named))
        errors = {name: f"{sentence} {people}." for name, sentence in errors.items()}
    found: dict[str, str] = {}
    for name, sentence in errors.items():
        place = name if name in fields else fields[0]
        found[place] = f"{found[place]} {sentence}" if place in found else sentence
    return found
