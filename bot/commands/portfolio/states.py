"""The states of a portfolio's board: a preset, one more, another name, one less, what commits."""

from typing import Any

from sqlalchemy.orm import Session

from bot.commands.portfolio import pages
from bot.slack.blocks import Block
from bot.slack.hearing import Call
from bot.slack.typed import answers_of, lists_of
from bot.slack.values import OldButton, SettingRef, StateDo
from bot.views.portfolio import board_page, told_changes
from bot.workflows.portfolio import states as shaping
from models.portfolio.board import Board, StateShape
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import ChangedMeanwhile, Portfolio, State, StateKind
from models.portfolio.preset import PRESETS
from models.portfolio.setup import parse_whole


def open_page(call: Call) -> None:
    """Put the board's states on top of the steps or the settings."""
    pages.show_on_top(call, "board")


def choose_preset(call: Call) -> None:
    """Exchange the whole board."""
    ref = SettingRef.read(call.view["private_metadata"])
    preset = PRESETS.get(call.action["selected_option"]["value"])
    if preset is None:
        raise OldButton
    try:
        with call.write() as session:
            shaping.use_preset(
                session, call.workspace_id, call.actor, ref.portfolio, ref.version, preset, call.at
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        pages.redraw(call, again, "board", note)
        return
    pages.redraw(call, ref, "board", told_changes.done("preset_chosen", preset=preset))


def choose_commitment(call: Call) -> None:
    """Let leaving another state commit."""
    ref = SettingRef.read(call.view["private_metadata"])
    chosen = str(call.action["selected_option"]["value"])
    if not chosen.isdigit():
        raise OldButton
    try:
        with call.write() as session:
            state = shaping.set_commitment_point(
                session,
                call.workspace_id,
                call.actor,
                ref.portfolio,
                ref.version,
                int(chosen),
                call.at,
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        pages.redraw(call, again, "board", note)
        return
    pages.redraw(call, ref, "board", told_changes.done("commitment", state=state))


def open_add(call: Call) -> None:
    """Open the form of a state that is not there yet."""
    _open(call, pages.ref_on_top(call))


def choose(call: Call) -> None:
    """Open the form of a state, or drop it."""
    chosen = StateDo.read(call.action["selected_option"]["value"])
    if chosen.do == "change":
        _open(call, pages.ref_on_top(call, chosen.state))
        return
    ref = SettingRef.read(call.view["private_metadata"])
    try:
        with call.write() as session:
            state = shaping.remove_state(
                session,
                call.workspace_id,
                call.actor,
                ref.portfolio,
                ref.version,
                chosen.state,
                call.at,
            )
            facts = {"label": state.label, "kept": state.retired_at is not None}
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        pages.redraw(call, again, "board", note)
        return
    pages.redraw(call, ref, "board", told_changes.done("state_dropped", **facts))


def save(call: Call) -> None:
    """Store a state as the form says."""
    ref = SettingRef.read(call.view["private_metadata"])
    typed, chosen = answers_of(call.view), lists_of(call.view)
    shape = _shape(typed, chosen)
    place = (call.workspace_id, call.actor, ref.portfolio, ref.version)
    try:
        with call.write() as session:
            if ref.subject is None:
                after = typed.get(board_page.AFTER) or ""
                if not after.isdigit():
                    raise OldButton
                state = shaping.add_state(session, *place, int(after), shape, call.at)
            else:
                state = shaping.change_state(session, *place, ref.subject, shape, call.at)
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed)
        with call.database.read() as session:
            view = _form(call, session, again, note)
        pages.form_again(call, view)
        return
    part = "state_added" if ref.subject is None else "state_changed"
    pages.close_form(call, ref, told_changes.done(part, state=state))


def _open(call: Call, ref: SettingRef) -> None:
    with call.database.read() as session:
        view = _form(call, session, ref, None)
    call.open_form(view)
    call.ack()


def _form(call: Call, session: Session, ref: SettingRef, note: Block | None) -> dict[str, Any]:
    portfolio = pages.portfolio_of(call, session, ref)
    pages.check_set_up(call, session, portfolio)
    now = ref.model_copy(update={"version": portfolio.version})
    return board_page.state_form(portfolio, _state(portfolio, ref.subject), now, note)


def _state(portfolio: Portfolio, state_id: int | None) -> State | None:
    if state_id is None:
        return None
    return Board(portfolio).state(state_id)


def _shape(typed: dict[str, str | None], chosen: dict[str, tuple[str, ...]]) -> StateShape:
    """What the form says. Raises FieldMistakes and OldButton."""
    kind = typed.get(board_page.KIND) or StateKind.ACTIVE.value
    asked = {*chosen.get(board_page.ABOUT, ()), *chosen.get(board_page.FIGURES, ())}
    if kind not in {StateKind.ACTIVE.value, StateKind.WAIT.value}:
        raise OldButton
    return StateShape(
        label=typed.get(board_page.LABEL) or "",
        kind=StateKind(kind),
        phased=board_page.TWO in chosen.get(board_page.COLUMNS, ()),
        stale_after_days=parse_whole(typed, board_page.STALE, 1, board_page.MOST_DAYS),
        requires=[each for each in Requirement if each.value in asked],
    )
