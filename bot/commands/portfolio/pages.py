"""The pages of the settings: drawn from what holds, again whenever a form on top was taken."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.slack import answers
from bot.slack.answering import TriggerExpired
from bot.slack.blocks import Block
from bot.slack.hearing import Call
from bot.slack.values import PageName, SettingRef
from bot.views.portfolio import board_page, settings_page, setup_form, stream_page
from bot.views.portfolio.told_changes import changed_meanwhile
from bot.workflows import seeing
from bot.workflows.permitting import Place, check, may
from bot.workflows.portfolio import basics, setting_up, states
from bot.workflows.portfolio import streams as streaming
from bot.workflows.portfolio.basics import changed_since
from bot.workflows.portfolio.readiness import check_begun
from models.people.role import Right
from models.portfolio.portfolio import ChangedMeanwhile, Portfolio, ValueStream

log = structlog.get_logger(__name__)

View = dict[str, Any]
Draw = Callable[[Call, Session, Portfolio, SettingRef, Block | None], View]


def show_page(call: Call, name: PageName, typed: str) -> None:
    """Open the page of the first portfolio the person sees, for a command that was typed."""
    with call.database.read() as session:
        check_begun(session, call.workspace_id, call.actor)
        portfolio = seeing.portfolios(session, call.workspace_id, call.actor)[0]
        ref = SettingRef(portfolio=portfolio.id, channel=call.channel_id)
        view = draw(call, session, name, portfolio, ref, None)
    show(call, view, typed)


def draw(
    call: Call,
    session: Session,
    name: PageName,
    portfolio: Portfolio,
    ref: SettingRef,
    note: Block | None = None,
) -> View:
    """A page as it is now."""
    here = ref.model_copy(update={"at": _milliseconds(call)})
    return PAGES[name](call, session, portfolio, here, note)


def show(call: Call, view: View, typed: str) -> None:
    """Open a view for a command; where Slack is too late for it, say what to type once more."""
    try:
        call.open_form(view)
    except TriggerExpired:
        call.reply(answers.sentence(f"Slack did not open it in time. Type {typed} once more."))
        return
    call.ack()


def show_on_top(call: Call, name: PageName) -> None:
    """Put a page on top of the one whose button was used."""
    ref = ref_on_top(call)
    with call.database.read() as session:
        view = draw(call, session, name, portfolio_of(call, session, ref), ref, None)
    call.open_form(view)
    call.ack()


def ref_on_top(call: Call, subject: int | None = None) -> SettingRef:
    """What a form or page remembers that is put on top of the page whose button was used.

    Raises OldButton.
    """
    here = SettingRef.read(call.view["private_metadata"])
    below = page_name(call.view["callback_id"])
    over = (*here.over, below) if below else here.over
    return here.model_copy(update={"over": over, "subject": subject, "at": _milliseconds(call)})


def redraw(call: Call, ref: SettingRef, name: PageName, note: Block | None = None) -> None:
    """Show the page in front as it is now."""
    with call.database.read() as session:
        view = draw(call, session, name, portfolio_of(call, session, ref), ref, note)
    call.update_form(view)
    call.ack()


def close_form(call: Call, ref: SettingRef, note: Block | None) -> None:
    """Take the form, and show the pages beneath it as they are now, the upper one with a note."""
    call.ack()
    view = call.view
    ids = [view.get("root_view_id"), view.get("previous_view_id")][-len(ref.over) :]
    views = []
    with call.database.read() as session:
        portfolio = portfolio_of(call, session, ref)
        for place, name in enumerate(ref.over):
            here = ref.model_copy(update={"over": ref.over[:place], "subject": None})
            shown = note if place == len(ref.over) - 1 else None
            views.append(draw(call, session, name, portfolio, here, shown))
    for view_id, page in zip(ids, views, strict=False):
        _update(call, view_id, page)


def form_again(call: Call, view: View) -> None:
    """Show the form in front once more, with what was typed in it."""
    call.ack(response_action="update", view=view)


def meanwhile(
    call: Call, ref: SettingRef, changed: ChangedMeanwhile, stream_id: int | None = None
) -> tuple[SettingRef, Block]:
    """What a form remembers once it showed something older, and the words for what was changed.

    It is about a stream, or without one about the portfolio.
    """
    since = datetime.fromtimestamp(ref.at / 1_000, UTC)
    with call.database.read() as session:
        shown: Portfolio | ValueStream = portfolio_of(call, session, ref)
        if stream_id is not None:
            shown = streaming.stream_of(session, call.workspace_id, stream_id)
        by, what = changed_since(session, shown, since)
    again = ref.model_copy(update={"version": changed.version, "at": _milliseconds(call)})
    return again, changed_meanwhile(by, what)


def portfolio_of(call: Call, session: Session, ref: SettingRef) -> Portfolio:
    """The portfolio a page or form is about. Raises UnknownPortfolio."""
    return basics.portfolio_of(session, call.workspace_id, ref.portfolio)


def seen_by(call: Call, session: Session) -> Sequence[Portfolio]:
    """The portfolios the person sees."""
    return seeing.portfolios(session, call.workspace_id, call.actor)


def check_set_up(call: Call, session: Session, portfolio: Portfolio) -> None:
    """Raise NotAllowed before a form is opened that would be refused in the end."""
    check(session, call.actor, Right.SET_UP, Place.of_portfolio(portfolio))


def page_name(callback_id: str) -> PageName | None:
    """The page a view is; None where it is a form."""
    return NAMES.get(callback_id)


def _milliseconds(call: Call) -> int:
    return int(call.at.timestamp() * 1_000)


def _update(call: Call, view_id: str | None, view: View) -> None:
    try:
        call.client.views_update(view_id=view_id, view=view)
    except (SlackApiError, OSError, HTTPException) as error:
        log.info("a page stays as it was", error=str(error)[:200])


def _checklist(
    call: Call, session: Session, portfolio: Portfolio, ref: SettingRef, note: Block | None
) -> View:
    check_set_up(call, session, portfolio)
    return setup_form.checklist(setting_up.progress(session, portfolio), ref, note)


def _settings(
    call: Call, session: Session, portfolio: Portfolio, ref: SettingRef, note: Block | None
) -> View:
    seen = seeing.portfolios(session, call.workspace_id, call.actor)
    return settings_page.settings_page(setting_up.progress(session, portfolio), ref, seen, note)


def _streams(
    call: Call, session: Session, portfolio: Portfolio, ref: SettingRef, note: Block | None
) -> View:
    seen = [] if ref.over else seeing.portfolios(session, call.workspace_id, call.actor)
    page = streaming.list_streams(session, portfolio, call.actor, ref.number)
    may_add = may(session, call.actor, Right.SET_UP, Place.of_portfolio(portfolio))
    return stream_page.stream_page(page, ref, seen, note, may_add=may_add)


def _board(
    call: Call, session: Session, portfolio: Portfolio, ref: SettingRef, note: Block | None
) -> View:
    in_use = states.is_in_use(session, portfolio)
    return board_page.board_page(portfolio, ref, in_use=in_use, note=note)


PAGES: Mapping[PageName, Draw] = {
    "setup": _checklist,
    "settings": _settings,
    "streams": _streams,
    "board": _board,
}
"""Who draws which page."""

NAMES: Mapping[str, PageName] = {
    setup_form.CHECKLIST: "setup",
    settings_page.PAGE: "settings",
    stream_page.PAGE: "streams",
    board_page.PAGE: "board",
}
