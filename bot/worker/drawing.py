"""What is drawn for each kind of message, and for App Home: always the present state."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.views import digest, epic_card, fact_check, home_board, refusal
from bot.views.answers import Answer
from bot.worker.courier import Draw
from bot.workflows import asking, digesting, finding, looking, looking_up
from bot.workflows.boarding import board
from bot.workflows.joining import admin_ids
from models.confirmation import FactCheck
from models.digest import Digest
from models.epic import Epic
from models.message import Home, Message, MessageKind


def _draw_card(session: Session, epic_id: int, now: datetime) -> Answer:
    epic = session.get_one(Epic, epic_id)
    return epic_card.epic_card(looking_up.card(session, epic, now))


def _draw_digest(session: Session, digest_id: int, now: datetime) -> Answer:
    return digest.digest(digesting.tell(session, session.get_one(Digest, digest_id), now))


def _draw_fact_check(session: Session, check_id: int, now: datetime) -> Answer:
    check = session.get_one(FactCheck, check_id)
    return fact_check.fact_check(check.id, *asking.asked_about(session, check))


def _draw_refusal(session: Session, message_id: int, now: datetime) -> Answer:
    refused = session.get_one(Message, message_id)
    is_card = refused.kind is MessageKind.EPIC_CARD
    epic = session.get_one(Epic, refused.subject_id) if is_card else None
    return refusal.refusal(refused, epic)


def _draw_home(session: Session, home_id: int, now: datetime) -> Answer:
    home = session.get_one(Home, home_id)
    portfolios = finding.portfolios(session, home.workspace_id, home.user_id)
    portfolio = looking.portfolio_of(home, portfolios)
    if portfolio is None:
        admins = admin_ids(session, home.workspace_id)
        return home_board.welcome(admins, is_admin=home.user_id in admins)
    seen = board(
        session, portfolio.id, home.user_id, home.value_stream_id, home.state_id, home.page
    )
    return home_board.home_board(seen, portfolios)


DRAWINGS: Mapping[str, Draw] = {
    MessageKind.EPIC_CARD: _draw_card,
    MessageKind.DIGEST: _draw_digest,
    MessageKind.FACT_CHECK: _draw_fact_check,
    MessageKind.REFUSAL: _draw_refusal,
    "home": _draw_home,
}
"""Who draws what."""
