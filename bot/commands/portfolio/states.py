"""The states of a portfolio's board: a preset, one more, another name, one less, what commits."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.actions import Note, Shown
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.portfolio.actions import (
    AddState,
    BoardShown,
    CommitAfter,
    DropState,
    EditState,
    UsePreset,
)
from bot.views.portfolio.board_page import board_page
from bot.views.portfolio.change_notes import done
from bot.workflows.portfolio import states
from bot.workflows.portfolio.basics import PORTFOLIOS
from models.portfolio.board import Board, StateShape
from models.portfolio.forms import IDEA, TWO, NewStateForm, StateForm
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import State
from models.portfolio.preset import PRESETS


@routes.page
def draw_board(call: Call, session: Session, page: BoardShown) -> Shown:
    """The states in order."""
    portfolio = PORTFOLIOS.seen(call.act(session), page.portfolio)
    return board_page(portfolio, page, in_use=states.is_in_use(session, portfolio))


@routes.does
def use_preset(call: Call, session: Session, it: UsePreset) -> Note:
    """Exchange the whole board."""
    preset = PRESETS[it.preset]
    states.use_preset(session, *call.who, it.id, it.version, preset, call.at)
    return done("preset_chosen", preset=preset)


@routes.does
def commit_after(call: Call, session: Session, it: CommitAfter) -> Note:
    """Let leaving another state commit."""
    state = states.set_commitment_point(session, *call.who, it.id, it.version, it.state, call.at)
    return done("commitment", state=state)


@routes.does
def drop_state(call: Call, session: Session, it: DropState) -> Note:
    """Take a state off the board."""
    state = states.remove_state(session, *call.who, it.id, it.version, it.state, call.at)
    return done("state_dropped", label=state.label, kept=state.retired_at is not None)


@routes.opens
def ask_new_state(call: Call, session: Session, it: AddState) -> Open:
    """Ask what a new state is, and after which it stands."""
    portfolio = PORTFOLIOS.look(call.act(session), it.id)
    before = [(state.label, state.id) for state in portfolio.states if state.is_open]
    facts = {"is_open": True, "is_in_the_middle": True, "states": before}
    about = AddState.of(portfolio)
    return Open(NewStateForm, "A state of the board", about, facts=facts, submit="Add it")


@routes.saves
def add_state(call: Call, session: Session, form: NewStateForm, about: AddState) -> Note:
    where = about.id, about.version, form.after_id
    state = states.add_state(session, *call.who, *where, _shape(form), call.at)
    return done("state_added", state=state)


@routes.opens
def ask_state(call: Call, session: Session, it: EditState) -> Open:
    """Ask what a state is to be; where epics end only its name can change."""
    portfolio = PORTFOLIOS.look(call.act(session), it.id)
    state = Board(portfolio).state(it.state)
    facts = {"is_open": state.is_open, "is_in_the_middle": state.is_in_the_middle}
    about = EditState.of(portfolio, state=state.id)
    return Open(StateForm, "A state of the board", about, held=_held(state), facts=facts)


@routes.saves
def change_state(call: Call, session: Session, form: StateForm, about: EditState) -> Note:
    where = about.id, about.version, about.state
    state = states.change_state(session, *call.who, *where, _shape(form), call.at)
    return done("state_changed", state=state)


def _shape(form: StateForm) -> StateShape:
    return StateShape(
        label=form.label,
        kind=form.kind,
        phased=bool(form.columns),
        stale_after_days=form.stale_after_days,
        requires=[each for each in Requirement if each in {*form.about, *form.figures}],
    )


def _held(state: State) -> dict[str, object]:
    return {
        "label": state.label,
        "kind": state.kind,
        "columns": (TWO.value,) if state.phased else (),
        "stale_after_days": state.stale_after_days,
        "about": tuple(each for each in state.requirements if each in IDEA),
        "figures": tuple(each for each in state.requirements if each not in IDEA),
    }
