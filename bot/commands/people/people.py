"""`/portfolio people`: what is someone's, and handing it over; who leaves Slack and comes back."""

import re
from collections.abc import Mapping
from typing import Any

from bot.commands.readiness import check_is_set_up
from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of
from bot.views.people import holdings as people
from bot.views.people.holdings import HandoverForm, PersonRef
from bot.workflows.people import departing, handing_over
from bot.workflows.people.holdings import holdings
from models.errors import FieldMistakes, Mistake

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


class WhoIsMeant(Mistake):
    """A word that names nobody."""

    def __init__(self) -> None:
        super().__init__(
            "Whose things? Type /portfolio people @ben, with a member's name, or /portfolio "
            "people for your own."
        )


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio people`."""
    check_is_set_up(call)
    found = PERSON.search(words)
    if words and found is None:
        raise WhoIsMeant
    try:
        _open(call, found[1] if found else call.actor)
    except TriggerExpired:
        said = "Slack did not open the form in time. Type /portfolio people once more."
        call.reply(answers.sentence(said))


def open_holdings(call: Call) -> None:
    """Open the form from the note that someone has left."""
    _open(call, PersonRef.read(call.action["value"]).person)


def hand_over(call: Call) -> None:
    """Hand over as the form says."""
    memory = HandoverForm.read(call.view["private_metadata"])
    to = answers_of(call.view).get(people.TO)
    if to is None:
        raise FieldMistakes({people.TO: "Choose who takes it over."})
    if unfit := call.unfit([to]):
        raise FieldMistakes({people.TO: unfit})
    kinds = people.kinds_of(lists_of(call.view).get(people.WHAT, ()))
    with call.write() as session:
        done = handing_over.hand_over(
            session,
            call.workspace_id,
            call.actor,
            memory.person,
            to,
            kinds,
            memory.stamp,
            call.at,
        )
    call.ack()
    call.reply_in(people.handed_over(done), None)


def changed(call: Call) -> None:
    """Slack says that something about someone is otherwise: they may have left, or be back."""
    user: Mapping[str, Any] = call.body["event"]["user"]
    user_id = str(user["id"])
    call.context.members.learn(str(call.args.context.team_id), user, call.at)
    with call.database.read() as session:
        was_away = departing.is_away(session, call.workspace_id, user_id)
    if bool(user.get("deleted")) != was_away:
        with call.write_for_slack() as session:
            departing.note(session, call.workspace_id, user_id, call.at, has_left=not was_away)
    call.ack()


def _open(call: Call, user_id: str) -> None:
    with call.database.read() as session:
        held = holdings(session, call.workspace_id, user_id, call.actor)
        kinds = handing_over.kinds_to_hand(session, call.workspace_id, call.actor, user_id)
    call.open_form(people.holdings_form(held, kinds))
    call.ack()
