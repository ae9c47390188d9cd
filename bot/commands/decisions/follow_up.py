"""What is pressed after a decision: told now, learned, tried again, opened again, its case read."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.decisions import follow_up as views
from bot.views.decisions.ballot import case_blocks, opened
from bot.views.decisions.follow_up import AddLearned, CaseShown, OpenAgain, TellNow, TryAgain
from bot.workflows.decisions import register
from bot.workflows.decisions.beside import seen_decision
from bot.workflows.decisions.follow_up import again, announcing, waiting
from bot.workflows.decisions.opening import opening
from models.decisions.follow_up.form import LearnedForm


@routes.does
def announce_now(call: Call, session: Session, it: TellNow) -> Answer:
    """Have everybody see how it ended."""
    return views.is_out(announcing.announce_now(call.act(session), it.decision))


@routes.opens
def ask_learned(call: Call, session: Session, it: AddLearned) -> Open:
    decision = announcing.look(call.act(session), it.decision)
    held = {"learned": decision.learned_early or decision.learned}
    lead = views.learned_lead(decision)
    return Open(LearnedForm, "What we learned", it, held=held, lead=lead, submit="Keep it")


@routes.saves
def keep_learned(call: Call, session: Session, form: LearnedForm, about: AddLearned) -> Answer:
    return views.kept(announcing.learn(call.act(session), about.decision, form))


@routes.does
def try_again(call: Call, session: Session, it: TryAgain) -> Answer:
    """Do what was decided, where it can be done by now."""
    return views.tried(waiting.try_again(call.act(session), it.decision))


@routes.does
def open_again(call: Call, session: Session, it: OpenAgain) -> Answer:
    """Ask the same electors once more, with the case as it is now."""
    decision = again.open_again(call.act(session), it.decision)
    return opened(decision, opening.channel_of(session, decision))


@routes.page
def draw_case(call: Call, session: Session, page: CaseShown) -> Shown:
    """The case as it was put to the electors."""
    decision = seen_decision(call.act(session), page.decision)
    return views.case_page(decision, case_blocks(register.standing(session, decision)), page)
