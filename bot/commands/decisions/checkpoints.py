"""Putting a project's checkpoint to the council."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.decisions.ballot import opened
from bot.views.projects.actions import OpenCheckpoint
from bot.workflows.decisions.subjects import checkpoints
from models.decisions.days import last_close, usual_close
from models.decisions.form import DecisionForm


@routes.opens
def ask_about_checkpoint(call: Call, session: Session, it: OpenCheckpoint) -> Open:
    act = call.act(session)
    milestone, portfolio = checkpoints.look(act, it.id)
    council = checkpoints.electors(act, portfolio)
    tie_breaker = checkpoints.usual_tie_breaker(session, milestone.project)
    facts = {"project": milestone.project, "milestone": milestone, "electors": council}
    return Open(
        DecisionForm,
        "Open its decision",
        OpenCheckpoint.of(milestone),
        held={"closes_on": usual_close(portfolio, call.at)},
        facts={
            "today": portfolio.day_of(call.at),
            "last": last_close(portfolio, call.at),
            "options": [(each.label, each.value) for each in checkpoints.OPTIONS],
            "asks_tie_breaker": tie_breaker is None,
        },
        lead=words("projects/project", "checkpoint_lead", **facts),
        submit="Ask the council",
        named=council,
    )


@routes.saves
def open_for_checkpoint(
    call: Call, session: Session, form: DecisionForm, about: OpenCheckpoint
) -> Answer:
    act, unfit = call.act(session), call.unfit_named
    decision = checkpoints.open_for(act, about.id, about.version, form, unfit)
    return opened(decision, decision.portfolio.channel_id)
