"""Recording what became of an epic."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.decisions import outcome
from bot.views.decisions.outcome import RecordOutcome
from bot.workflows.decisions.follow_up import reviewing
from models.decisions.follow_up.outcome_review import OutcomeForm


@routes.opens
def ask_outcome(call: Call, session: Session, it: RecordOutcome) -> Open:
    """Ask what became of it, with what its last reading says."""
    epic, proposed = reviewing.look(call.act(session), it.epic)
    return Open(
        OutcomeForm,
        f"{epic.key}: the outcome",
        it,
        held={"became": proposed},
        facts=outcome.facts(epic),
        lead=outcome.lead(epic, reviewing.last_reading(session, epic)),
        submit="Record it",
    )


@routes.saves
def record_outcome(call: Call, session: Session, form: OutcomeForm, about: RecordOutcome) -> Answer:
    """Keep what became of it."""
    return outcome.recorded(reviewing.record(call.act(session), about.epic, form))
