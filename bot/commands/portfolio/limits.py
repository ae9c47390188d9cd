"""The limits of a portfolio or of one of its value streams."""

from typing import Any

from sqlalchemy.orm import Session

from bot.commands.portfolio import pages
from bot.slack.blocks import Block
from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import SettingRef
from bot.views.portfolio import board_page, told_changes
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio import limits as setting_limits
from bot.workflows.portfolio import streams as streaming
from bot.workflows.portfolio.limits import places
from models.errors import FieldMistakes
from models.people.role import Right
from models.portfolio.portfolio import ChangedMeanwhile
from models.portfolio.setup import parse_whole

MOST = 9_999


def open_portfolios(call: Call) -> None:
    """Open the form of the portfolio's own limits."""
    open_form(call, pages.ref_on_top(call))


def open_form(call: Call, ref: SettingRef) -> None:
    """Open the form, for the stream that is the subject, else for the portfolio."""
    with call.database.read() as session:
        view = _form(call, session, ref, None)
    call.open_form(view)
    call.ack()


def save(call: Call) -> None:
    """Store the limits as the form says."""
    ref = SettingRef.read(call.view["private_metadata"])
    with call.database.read() as session:
        names = [each.name for each in places(pages.portfolio_of(call, session, ref))]
    wanted = _wanted(answers_of(call.view), names)
    try:
        with call.write() as session:
            changes = setting_limits.set_limits(
                session,
                call.workspace_id,
                call.actor,
                ref.portfolio,
                ref.subject,
                ref.version,
                wanted,
                call.at,
            )
    except ChangedMeanwhile as changed:
        again, note = pages.meanwhile(call, ref, changed, ref.subject)
        with call.database.read() as session:
            view = _form(call, session, again, note)
        pages.form_again(call, view)
        return
    pages.close_form(call, ref, told_changes.saved(changes))


def _form(call: Call, session: Session, ref: SettingRef, note: Block | None) -> dict[str, Any]:
    portfolio = pages.portfolio_of(call, session, ref)
    stream = None
    if ref.subject is not None:
        stream = streaming.stream_of(session, call.workspace_id, ref.subject)
        place = Place.of_stream(stream)
    else:
        place = Place.of_portfolio(portfolio)
    check(session, call.actor, Right.SET_LIMITS, place)
    version = stream.version if stream is not None else portfolio.version
    return board_page.limit_form(
        portfolio,
        stream,
        places(portfolio),
        setting_limits.limits_of(session, portfolio, stream),
        setting_limits.standing(session, portfolio, stream),
        ref.model_copy(update={"version": version}),
        note,
    )


def _wanted(typed: dict[str, str | None], names: list[str]) -> dict[str, int | None]:
    """The limit of each place the form asked about. Raises FieldMistakes."""
    wanted: dict[str, int | None] = {}
    errors: dict[str, str] = {}
    for name in (each for each in names if each in typed):
        try:
            wanted[name] = parse_whole(typed, name, 1, MOST)
        except FieldMistakes as mistakes:
            errors |= mistakes.errors
    if errors:
        raise FieldMistakes(errors)
    return wanted
