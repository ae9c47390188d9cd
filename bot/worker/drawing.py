"""What is drawn for each kind of message, and for App Home: always the present state."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.slack.answers import Answer
from bot.views.audit import head as audit_head
from bot.views.board import card as epic_card
from bot.views.board import digest, digest_thread, fact_check, refusal
from bot.views.board import home as home_board
from bot.views.budgets import request as _shift  # noqa: F401 - a notice is found by its kind
from bot.views.epics import idea_answer, stop_form, stream_move
from bot.views.files import export_told, import_told
from bot.views.notices import NOTICES
from bot.views.people import holdings as people
from bot.views.people import role_list
from bot.views.portfolio import going_live, restructure_form
from bot.worker.courier import Draw, Posted
from bot.workflows import seeing
from bot.workflows.board import digest as reporting
from bot.workflows.board import fact_check as asking
from bot.workflows.board import home as looking
from bot.workflows.board import inbox as waiting
from bot.workflows.board.board import board
from bot.workflows.people import roster as rostering
from bot.workflows.people.holdings import holdings
from bot.workflows.people.workspaces import admin_ids
from bot.workflows.portfolio import going_live as announcing
from bot.workflows.seeing import EVERYBODY, may_see
from models.audit.audit import AuditAnchor
from models.board.confirmation import FactCheck
from models.board.digest import Digest
from models.board.home import Home
from models.epics.answer import Answer as Given
from models.epics.belonging import StreamMove
from models.epics.epic import Epic, Transition
from models.files.export import Export
from models.files.upload import Upload
from models.message import Message, MessageKind
from models.people.handover import Departure, Handover
from models.people.role import RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream


def _draw_idea_answer(session: Session, answer_id: int, now: datetime) -> Answer:
    given = session.get_one(Given, answer_id)
    return idea_answer.heard(session.get_one(Epic, given.epic_id), given)


def _draw_stopped(session: Session, transition_id: int, now: datetime) -> Answer:
    return stop_form.thanks(session.get_one(Transition, transition_id))


def _draw_owner(session: Session, epic_id: int, now: datetime) -> Answer:
    return stream_move.handed_over(session.get_one(Epic, epic_id), None)


def _draw_stream_move(session: Session, move_id: int, now: datetime) -> Answer:
    epic = session.get_one(Epic, session.get_one(StreamMove, move_id).epic_id)
    if not may_see(session, EVERYBODY, epic):
        return epic_card.restricted(epic)
    return _draw_stream_move_told(session, move_id, now)


def _draw_stream_move_told(session: Session, move_id: int, now: datetime) -> Answer:
    move = session.get_one(StreamMove, move_id)
    left = session.get_one(ValueStream, move.from_stream_id)
    to = session.get_one(ValueStream, move.to_stream_id)
    return stream_move.went(move, session.get_one(Epic, move.epic_id), left, to)


def _draw_digest(session: Session, digest_id: int, now: datetime) -> Answer:
    return digest.digest(reporting.tell(session, session.get_one(Digest, digest_id), now))


def _draw_reply(kind: MessageKind, session: Session, digest_id: int, now: datetime) -> Answer:
    told = session.get_one(Digest, digest_id)
    needs = reporting.tell_condition(session, told, kind)
    return digest_thread.reply(kind, needs, told.subscription.portfolio, now)


def _draw_fact_check(session: Session, check_id: int, now: datetime) -> Answer:
    check = session.get_one(FactCheck, check_id)
    return fact_check.fact_check(check.id, *asking.asked_about(session, check))


def _draw_refusal(session: Session, message_id: int, now: datetime) -> Answer:
    refused = session.get_one(Message, message_id)
    epic = None
    if refused.kind is MessageKind.EPIC_CARD:
        epic = session.get_one(Epic, refused.subject_id)
    elif refused.kind is MessageKind.STREAM_MOVE:
        epic = session.get_one(Epic, session.get_one(StreamMove, refused.subject_id).epic_id)
    return refusal.refusal(refused, epic)


def _draw_live(session: Session, portfolio_id: int, now: datetime) -> Answer:
    portfolio = session.get_one(Portfolio, portfolio_id)
    return going_live.live(portfolio, announcing.epics_in(session, portfolio))


def _draw_live_for_owner(session: Session, stream_id: int, now: datetime) -> Answer:
    streams = announcing.streams_of_same_owner(session, session.get_one(ValueStream, stream_id))
    return going_live.live_for_owner(streams, announcing.ideas_in(session, streams))


def _draw_merged(session: Session, stream_id: int, now: datetime) -> Answer:
    source = session.get_one(ValueStream, stream_id)
    target = session.get_one(ValueStream, source.merged_into_id)
    return restructure_form.where_it_went(source, target)


def _draw_group_note(session: Session, grant_id: int, now: datetime) -> Answer:
    return role_list.group_note(rostering.seats_of_group(session, grant_id))


def _draw_role(session: Session, grant_id: int, now: datetime) -> Answer:
    given = session.get(RoleGrant, grant_id)
    return role_list.received(rostering.seats(session, [given]) if given is not None else [])


def _draw_departure(session: Session, departure_id: int, now: datetime) -> Answer:
    gone = session.get_one(Departure, departure_id)
    return people.departure(gone, holdings(session, gone.workspace_id, gone.user_id))


def _draw_handover(session: Session, handover_id: int, now: datetime) -> Answer:
    return people.handed_over(session.get_one(Handover, handover_id))


def _draw_export(session: Session, export_id: int, now: datetime) -> Answer:
    return export_told.not_given(session.get_one(Export, export_id))


def _draw_audit_head(session: Session, anchor_id: int, now: datetime) -> Answer:
    return audit_head.audit_head(session.get_one(AuditAnchor, anchor_id))


def _draw_imported(session: Session, upload_id: int, now: datetime) -> Answer:
    upload = session.get_one(Upload, upload_id)
    portfolio = session.get_one(Portfolio, upload.portfolio_id)
    stream_id = upload.loaded.stream_id if upload.loaded else None
    stream = session.get(ValueStream, stream_id) if stream_id is not None else None
    return import_told.told(upload, portfolio, stream)


def _draw_home(session: Session, home_id: int, now: datetime) -> Answer:
    home = session.get_one(Home, home_id)
    portfolios = seeing.portfolios(session, home.workspace_id, home.user_id)
    grants = looking.grants_of(session, home.workspace_id, home.user_id)
    portfolio = looking.portfolio_of(home, portfolios, home.user_id, grants)
    if portfolio is None:
        return _draw_without_portfolio(session, home)
    reader = looking.reader_of(portfolio, home.user_id, grants)
    chosen = looking.chosen_of(home, portfolio, home.user_id, grants)
    seen = board(session, portfolio.id, home.user_id, chosen)
    waits = waiting.what_waits(session, portfolio, reader, now)
    return home_board.home(seen, waits, reader, portfolios, now)


def _draw_without_portfolio(session: Session, home: Home) -> Answer:
    admins = admin_ids(session, home.workspace_id)
    if found := seeing.portfolios(session, home.workspace_id):
        coming = [portfolio for portfolio in found if portfolio.live_at is None]
        if len(coming) == len(found):
            return home_board.not_live(coming[0], admins)
        return home_board.closed(admins)
    return home_board.welcome(admins, is_admin=home.user_id in admins)


BY_HAND: Mapping[str, Draw] = {
    MessageKind.IDEA_ANSWER: _draw_idea_answer,
    MessageKind.STOPPED: _draw_stopped,
    MessageKind.OWNER: _draw_owner,
    MessageKind.STREAM_MOVE: _draw_stream_move,
    MessageKind.STREAM_MOVE_TOLD: _draw_stream_move_told,
    MessageKind.DIGEST: _draw_digest,
    **{kind: partial(_draw_reply, kind) for kind in reporting.CONDITIONS},
    MessageKind.FACT_CHECK: _draw_fact_check,
    MessageKind.REFUSAL: _draw_refusal,
    MessageKind.LIVE: _draw_live,
    MessageKind.LIVE_FOR_OWNER: _draw_live_for_owner,
    MessageKind.MERGED: _draw_merged,
    MessageKind.USER_GROUP: _draw_group_note,
    MessageKind.ROLE: _draw_role,
    MessageKind.DEPARTURE: _draw_departure,
    MessageKind.HANDOVER: _draw_handover,
    MessageKind.AUDIT_HEAD: _draw_audit_head,
    MessageKind.EXPORT: _draw_export,
    MessageKind.IMPORTED: _draw_imported,
    "home": _draw_home,
}
"""Who draws what is no notice yet, and App Home."""

DRAWINGS: Mapping[str, Draw] = {
    **BY_HAND,
    **{kind: each.draw for kind, each in NOTICES.items()},
}
"""Who draws what: a notice itself, found by its kind."""

POSTED: Mapping[str, Posted] = {MessageKind.DIGEST: reporting.reply_in_thread}
"""What follows once a message of a kind is posted."""
