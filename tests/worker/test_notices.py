"""What holds of every kind of message, whatever it is about."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import object_session

from bot.views.notices import notice, notices
from bot.workflows.budgets import booking
from bot.workflows.decisions.closing import close_due
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.keeping import Act
from models.audit.audit import AuditAnchor
from models.board.confirmation import FactCheck
from models.board.digest import Digest, Subscription
from models.budgets.period import FundingPeriod
from models.budgets.shift import Outcome, Shift, ShiftQuestion
from models.budgets.spend import Fact
from models.decisions.delegation import CarriedBallot, Delegation
from models.decisions.follow_up.outcome_review import (
    Became,
    Occasion,
    OutcomeForm,
    OutcomeReview,
)
from models.decisions.form import DecisionForm
from models.decisions.opening import PlannedOpening
from models.decisions.question import Question
from models.decisions.signal import SignalCheck, short_of_target
from models.decisions.tally import Tally
from models.decisions.thread import BallotQuestion, Failed, Objection, SetAsideForm
from models.decisions.votes import Ballot
from models.epics.answer import Answer, AnswerKind
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.epics.obstacles import Override
from models.files.export import Export, ExportFormat
from models.files.upload import Upload, UploadKind
from models.message import (
    DIGEST_KINDS,
    OBJECTION_KINDS,
    QUESTION_KINDS,
    Message,
    MessageKind,
)
from models.people.handover import Departure, Handover
from models.people.role import Role, RoleGrant, UserGroup
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.views.builders import HOSTILE
from tests.views.reading import shown
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic


def an_epic_of(session, shop, words):
    """An epic of which all that people write is so."""
    stream = session.scalars(select(ValueStream).order_by(ValueStream.id)).first()
    epic = an_epic(session, shop[0], stream.id)
    epic.title, epic.hypothesis, epic.indicator = words[:150], words, words[:200]
    epic.kill_threshold = words[:200]
    return epic


def an_overspend_of(session, shop, words):
    """An invoice of a stream that never had money, both called so."""
    stream = session.scalars(select(ValueStream).order_by(ValueStream.id)).first()
    stream.name = words[:78]
    portfolio = session.get_one(Portfolio, shop[1])
    fact = Fact(date(2026, 5, 1), 1_400_000, stream.id, reference=words[:120])
    return booking.book(session, portfolio, [fact], None, MONDAY).actuals[0]


def a_shift_of(session, shop, words):
    """A request that was declined, of which all that people write is so."""
    giver, taker = session.scalars(select(ValueStream).order_by(ValueStream.id)).all()[:2]
    giver.name, taker.name = words[:78], f"{words[:78]} 2"
    period = FundingPeriod(
        workspace_id=shop[0],
        portfolio_id=shop[1],
        name="2026",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    session.add(period)
    session.flush()
    shift = Shift(
        workspace_id=shop[0],
        portfolio_id=shop[1],
        period_id=period.id,
        from_stream_id=giver.id,
        to_stream_id=taker.id,
        amount_minor=8_000_000,
        reason=words[:500],
        asked_by=ANA,
        asked_at=MONDAY,
        lapses_at=MONDAY,
    )
    shift.end(Outcome.DECLINED, BEN, MONDAY, words[:500])
    session.add(shift)
    return shift


def a_decision_of(session, shop, words):
    """A decision about such an epic, of whose electors one has voted."""
    epic = an_epic_of(session, shop, words)
    to = epic.portfolio.state("implementing")
    session.add(epic.move(to, BEN, None, MONDAY))
    epic.portfolio.channel_id = "C0PORT"
    here = {"workspace_id": shop[0], "portfolio_id": shop[1]}
    session.add_all([RoleGrant(role=Role.COUNCIL, user_id=each, **here) for each in (ANA, BEN)])
    session.flush()
    form = DecisionForm(closes_on=date(2026, 5, 25), because=words[:500])
    return open_decision(Act(session, shop[0], ANA, MONDAY), epic.id, form)


def an_extended_decision_of(session, shop, words):
    decision = a_decision_of(session, shop, words)
    close_due(session, decision.id, decision.closes_at)
    return decision


def a_stop_told_first_of(session, shop, words):
    """A decision that both electors stopped the epic by, and what its owner learned."""
    decision = a_decision_of(session, shop, words)
    for number, each in enumerate((ANA, BEN), start=1):
        cast = {"user_id": each, "choice": "stop", "at": MONDAY, "hash": ""}
        here = {"decision_id": decision.id, "workspace_id": shop[0], "round": 1}
        session.add(Ballot(number=number, **here, **cast))
    session.flush()
    close_due(session, decision.id, decision.closes_at)
    decision.learn(words[:500])
    return decision


def a_choice_of(session, shop, words):
    """A decision whose question and answers are in such words, with Ben to break its ties."""
    decision = a_decision_of(session, shop, words)
    decision.question, decision.asks, decision.tie_breaker = Question.FREE, words[:120], BEN
    answers = {f"option {n}": f"{words[:38]} {n}" for n in range(1, 6)}
    decision.frozen_options = decision.offered = answers
    return decision


def a_second_round_of(session, shop, words):
    decision = a_choice_of(session, shop, words)
    decision.ask_again(list(decision.offered), decision.closes_at + timedelta(days=2))
    return decision


def a_tie_of(session, shop, words):
    decision = a_second_round_of(session, shop, words)
    decision.tie(list(decision.offered), MONDAY)
    return decision


def a_ballot_s_question_of(session, shop, words):
    asked = {"asked_by": BEN, "words": words, "asked_at": MONDAY}
    return added(session, BallotQuestion(**beside(a_choice_of(session, shop, words)), **asked))


def a_shift_s_question_of(session, shop, words):
    asked = {"asked_by": BEN, "words": words, "asked_at": MONDAY, "workspace_id": shop[0]}
    return added(session, ShiftQuestion(shift=a_shift_of(session, shop, words), **asked))


def an_objection_of(session, shop, words):
    """One that Ana's stand-in raised for her."""
    said = {"user_id": ANA, "raised_by": "U0CLEO", "harm": words, "remedy": words}
    here = beside(a_choice_of(session, shop, words))
    return added(session, Objection(raised_at=MONDAY, **here, **said))


def a_stand_in_of(session, shop, words):
    """Ben votes for Ana, on one decision."""
    decision = a_choice_of(session, shop, words)
    decision.portfolio.name = words[:80]
    people = {"user_id": ANA, "stand_in_user_id": BEN, "given_at": MONDAY}
    here = {"portfolio_id": decision.portfolio_id, **beside(decision)}
    return added(session, Delegation(**here, **people))


def a_carried_ballot_of(session, shop, words):
    given = a_stand_in_of(session, shop, words)
    here = {"workspace_id": shop[0], "decision_id": given.decision_id, "user_id": ANA}
    return added(session, CarriedBallot(**here, delegation=given))


def beside(decision):
    """Where something stands that is beside it."""
    here = {"workspace_id": decision.workspace_id, "decision_id": decision.id}
    return {**here, "epic_id": decision.epic_id}


def a_signal_of(session, shop, words):
    """Asked on the day after the target's, of an epic that is short of it."""
    epic = an_epic_of(session, shop, words)
    epic.baseline, epic.target, epic.target_on = Decimal(61), Decimal(66), date(2026, 5, 17)
    return added(
        session, SignalCheck.of(epic, short_of_target(epic, Decimal("64.2"), MONDAY), MONDAY)
    )


def a_paused_digest_of(session, shop, words):
    """Of one value stream, whose name is in such words."""
    stream, _ = renamed_streams(session, words)
    here = {"workspace_id": shop[0], "portfolio_id": shop[1], "value_stream_id": stream.id}
    asked = {"channel_id": "C0ALL", "subscribed_by": ANA, "subscribed_at": MONDAY}
    wish = Subscription(next_at=MONDAY, time_zone="Europe/Berlin", **here, **asked)
    wish.pause(BEN, MONDAY)
    return added(session, wish)


def an_answer_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    question = {"kind": AnswerKind.QUESTION, "words": words[:1_000], "by_user_id": BEN}
    return added(session, Answer(workspace_id=shop[0], epic_id=epic.id, at=MONDAY, **question))


def a_stop_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    step = epic.move(epic.portfolio.state("stopped"), BEN, words[:500], MONDAY)
    step.learned = words[:500]
    return added(session, step)


def a_move_of(session, shop, words):
    """One to done that passed a limit."""
    epic = an_epic_of(session, shop, words)
    step = added(session, epic.move(epic.portfolio.state("done"), BEN, words[:500], MONDAY))
    passed = {"passed": [words[:80]], "role": "admin", "reason": words[:500]}
    by = {"transition_id": step.id, "by_user_id": BEN, "at": MONDAY}
    session.add(Override(workspace_id=shop[0], epic_id=epic.id, **by, **passed))
    return step


def a_blocking_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    return added(session, epic.block(words[:500], BEN, MONDAY))


def a_stream_move_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    left, to = renamed_streams(session, words)
    facts = {"workspace_id": shop[0], "epic_id": epic.id, "by_user_id": BEN, "at": MONDAY}
    ends = {"from_stream_id": left.id, "to_stream_id": to.id, "reason": words[:500]}
    return added(session, StreamMove(**facts, **ends))


def a_refusal_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    card = select(Message).where(Message.subject_id == epic.id)
    refused = session.scalars(card).one()
    refused.refusal = "not_in_channel"
    return refused


def a_digest_of(session, shop, words):
    """One that asks for a blocked epic of such words."""
    epic = an_epic_of(session, shop, words)
    blocked = {"reason": words[:500], "by_user_id": BEN, "at": MONDAY}
    session.add(Blocking(workspace_id=shop[0], epic_id=epic.id, **blocked))
    at = {"next_at": MONDAY, "subscribed_at": MONDAY, "time_zone": "UTC"}
    here = {"workspace_id": shop[0], "channel_id": "C0ALL"}
    asked = Subscription(portfolio_id=shop[1], subscribed_by=ANA, **here, **at)
    added(session, asked)
    week = {"week": "2026-W21", "since": MONDAY - timedelta(days=7), "until": MONDAY}
    sent = Digest(subscription_id=asked.id, at=MONDAY, first=False, **week, **here)
    added(session, sent)
    added(session, Message(kind=MessageKind.DIGEST, subject_id=sent.id, **here))
    return sent


def a_question_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    session.add(epic.move(epic.portfolio.state("ready"), BEN, None, MONDAY))
    asked = {"user_id": epic.owner_user_id, "week": "2026-W21", "at": MONDAY}
    return added(session, FactCheck(workspace_id=shop[0], **asked))


def a_role_of(session, shop, words):
    stream, _ = renamed_streams(session, words)
    given = {"role": Role.FINANCE, "user_id": ANA, "value_stream_id": stream.id}
    return added(session, RoleGrant(workspace_id=shop[0], **given))


def a_group_s_role_of(session, shop, words):
    group = {"group_id": "S0COUNCIL", "handle": words[:80], "name": words[:80]}
    session.add(UserGroup(workspace_id=shop[0], seen_at=MONDAY, **group))
    given = a_role_of(session, shop, words)
    given.user_id, given.user_group_id = None, "S0COUNCIL"
    return given


def a_departure_of(session, shop, words):
    renamed_streams(session, words)
    return added(session, Departure(workspace_id=shop[0], user_id=BEN, at=MONDAY))


def a_handover_of(session, shop, words):
    people = {"from_user_id": ANA, "to_user_id": BEN, "by_user_id": ANA}
    return added(
        session, Handover(workspace_id=shop[0], at=MONDAY, handed=[words[:80]] * 99, **people)
    )


def a_portfolio_of(session, shop, words):
    renamed_streams(session, words)
    portfolio = session.scalars(select(Portfolio)).one()
    portfolio.name = words[:80]
    return portfolio


def a_stream_of(session, shop, words):
    stream, target = renamed_streams(session, words)
    stream.merged_into_id = target.id
    return stream


def an_anchor_of(session, shop, words):
    return added(
        session, AuditAnchor(workspace_id=shop[0], week="2026-W21", count=7, hash="a", at=MONDAY)
    )


def an_export_of(session, shop, words):
    portfolio = a_portfolio_of(session, shop, words)
    asked = {"user_id": ANA, "format": ExportFormat.CSV, "asked_at": MONDAY}
    asked["problem"] = words[:200]
    return added(session, Export(workspace_id=shop[0], portfolio=portfolio, **asked))


def an_upload_of(session, shop, words):
    failed = {"failed": words[:500], "reasons": [words[:200]], "bad": 1, "new_themes": [words]}
    file = {"file_name": words[:200], "kind": UploadKind.EPICS, "sha256": "a", "result": failed}
    here = {"workspace_id": shop[0], "portfolio_id": shop[1], "user_id": ANA}
    return added(session, Upload(uploaded_at=MONDAY, loaded_at=MONDAY, **file, **here))


def renamed_streams(session, words):
    """Both, of which one bears such a name."""
    first, second = session.scalars(select(ValueStream).order_by(ValueStream.id)).all()[:2]
    first.name = words[:80]
    return first, second


def added(session, row):
    session.add(row)
    session.flush()
    return row


def a_planned_opening_of(session, shop, words):
    epic = an_epic_of(session, shop, words)
    session.flush()
    planned = PlannedOpening(
        workspace_id=epic.workspace_id,
        portfolio_id=epic.portfolio_id,
        epic=epic,
        question=Question.FREE,
        form={},
        is_vote=False,
        by_user_id=BEN,
        at=MONDAY,
        opens_at=MONDAY,
        failed=words[:500],
    )
    session.add(planned)
    return planned


SUBJECTS = {
    MessageKind.EPIC_CARD: an_epic_of,
    MessageKind.IDEA_ANSWER: an_answer_of,
    MessageKind.STOPPED: a_stop_of,
    MessageKind.MOVED: a_move_of,
    MessageKind.BLOCKED: a_blocking_of,
    MessageKind.REFUSAL: a_refusal_of,
    **dict.fromkeys(DIGEST_KINDS, a_digest_of),
    MessageKind.FACT_CHECK: a_question_of,
    MessageKind.USER_GROUP: a_group_s_role_of,
    MessageKind.ROLE: a_role_of,
    MessageKind.DEPARTURE: a_departure_of,
    MessageKind.HANDOVER: a_handover_of,
    MessageKind.OWNER: an_epic_of,
    MessageKind.STREAM_MOVE: a_stream_move_of,
    MessageKind.STREAM_MOVE_DM: a_stream_move_of,
    MessageKind.LIVE: a_portfolio_of,
    MessageKind.LIVE_FOR_OWNER: a_stream_of,
    MessageKind.AUDIT_HEAD: an_anchor_of,
    MessageKind.EXPORT: an_export_of,
    MessageKind.IMPORTED: an_upload_of,
    MessageKind.BALLOT: a_decision_of,
    MessageKind.BALLOT_DM: a_decision_of,
    MessageKind.NOT_OPENED: a_planned_opening_of,
    MessageKind.BALLOT_REMINDER: a_decision_of,
    MessageKind.BALLOT_EXTENDED: an_extended_decision_of,
    MessageKind.STOP_FIRST: a_stop_told_first_of,
    MessageKind.SHIFT: a_shift_of,
    MessageKind.SHIFT_QUESTION: a_shift_s_question_of,
    MessageKind.SHIFT_QUESTION_DM: a_shift_s_question_of,
    MessageKind.OVERSPENT: an_overspend_of,
    MessageKind.MERGED: a_stream_of,
    MessageKind.PAUSED: a_paused_digest_of,
    MessageKind.SECOND_ROUND: a_second_round_of,
    MessageKind.SECOND_ROUND_DM: a_second_round_of,
    MessageKind.TIE: a_tie_of,
    **dict.fromkeys(QUESTION_KINDS, a_ballot_s_question_of),
    **dict.fromkeys(OBJECTION_KINDS, an_objection_of),
    MessageKind.STAND_IN: a_stand_in_of,
    MessageKind.STAND_IN_BALLOT: a_carried_ballot_of,
    MessageKind.SIGNAL: a_signal_of,
}
"""For each kind of message, one to show."""

every_notice = pytest.mark.parametrize("kind", MessageKind)


def test_every_kind_of_message_is_a_notice_and_held_to_what_holds_of_all():
    assert set(notices()) == set(SUBJECTS) == set(MessageKind)


@every_notice
def test_a_kind_is_not_shown_in_two_ways(kind):
    assert kind in notices()
    with pytest.raises(ValueError, match=f"{kind} is shown already"):
        notice(kind, Epic)(lambda session, epic, now: None)


@every_notice
@pytest.mark.parametrize("words", ["It helps.", HOSTILE * 60], ids=["usual", "hostile"])
def test_a_notice_shows_its_subject_in_words_that_slack_takes(database, kind, words):
    shop = a_portfolio(database)
    with database.write() as session:
        subject = SUBJECTS[kind](session, shop, words)
        session.flush()
        assert isinstance(subject, notices()[kind].noun)
        drawn = notices()[kind].draw(session, subject.id, MONDAY)
        assert shown(drawn)
        for marked in (drawn.text, *_marked(drawn.blocks)):
            assert "<!channel>" not in marked
            assert "<https" not in marked


def withdrawn(decision):
    decision.withdraw(HOSTILE * 9, ANA, MONDAY)


def changed(decision):
    decision.replace(None, ANA, MONDAY)
    decision.effect = "asked again as D-2"


def broken(decision):
    decision.break_tie(Tally({}, 0, 2, 2), "option 1", HOSTILE, BEN, MONDAY)


def answered(question):
    question.give(HOSTILE * 60, ANA, MONDAY)


def set_aside(objection):
    form = SetAsideForm(failed=Failed.HARM, because=HOSTILE * 9)
    objection.set_aside(form, BEN, MONDAY)


def until_a_day(given):
    given.decision_id, given.until_on = None, date(2026, 5, 29)


def given_to_another(given):
    given.ended_at = MONDAY


def not_yet(check):
    check.answer(HOSTILE * 60, BEN, MONDAY)


def put_to_a_decision(check):
    check.answer(None, BEN, MONDAY)


def undone(upload):
    upload.undone_at = MONDAY


def outcome_recorded(step):
    review = OutcomeReview.of(step.epic, Occasion.UNASKED, date(2026, 5, 18))
    review.answer(OutcomeForm(became=Became.REACHED, note=HOSTILE), ANA, MONDAY)
    added(object_session(step), review)


BECAME = [
    (MessageKind.MOVED, outcome_recorded, "*Outcome: reached*, recorded by <@U0ANA>"),
    (MessageKind.BLOCKED, lambda blocking: blocking.end(BEN, MONDAY), "not blocked any more"),
    (MessageKind.SECOND_ROUND, withdrawn, "shows how it ended"),
    (MessageKind.TIE, broken, "is decided: "),
    (MessageKind.TIE, withdrawn, "no longer needs you: <@U0ANA> withdrew it"),
    (MessageKind.TIE, changed, "no longer needs you: <@U0ANA> changed it, and it is asked again"),
    (MessageKind.BALLOT_QUESTION, answered, "*Answered* by <@U0ANA>"),
    (MessageKind.OBJECTION, set_aside, "Set aside by <@U0BEN>, because it shows no harm"),
    (MessageKind.OBJECTION, lambda raised: raised.withdraw(MONDAY), "Withdrawn "),
    (MessageKind.STAND_IN, until_a_day, "until 29 May 2026"),
    (MessageKind.STAND_IN, given_to_another, "they have named someone else since"),
    (MessageKind.SIGNAL, not_yet, "Not yet, said <@U0BEN>"),
    (MessageKind.SIGNAL, put_to_a_decision, "<@U0BEN> opened the decision"),
    (MessageKind.PAUSED, lambda wish: wish.resume(MONDAY), "comes again"),
    (MessageKind.IMPORTED, undone, "was undone"),
]
"""What can become of the subject of a notice, and what it says of that."""


@pytest.mark.parametrize(("kind", "ends", "says"), BECAME)
def test_a_notice_says_what_became_of_its_subject(database, kind, ends, says):
    shop = a_portfolio(database)
    with database.write() as session:
        subject = SUBJECTS[kind](session, shop, HOSTILE * 60)
        ends(subject)
        session.flush()
        drawn = notices()[kind].draw(session, subject.id, MONDAY)
        assert shown(drawn)
        said = " ".join(_marked(drawn.blocks))
        assert says in said
        assert "None" not in said
        assert "<!channel>" not in said


RESTRICTED = [MessageKind.SECOND_ROUND, MessageKind.BALLOT_QUESTION, MessageKind.OBJECTION]


@pytest.mark.parametrize("kind", RESTRICTED)
def test_a_ballot_s_thread_tells_no_channel_what_is_said_of_a_restricted_epic(database, kind):
    shop = a_portfolio(database)
    with database.write() as session:
        subject = SUBJECTS[kind](session, shop, "Hush")
        session.get_one(Epic, 1).restricted = True
        session.flush()
        drawn = notices()[kind].draw(session, subject.id, MONDAY)
        assert "Hush" not in " ".join([drawn.text, *shown(drawn)])


@pytest.mark.parametrize("kind", [MessageKind.ROLE, MessageKind.USER_GROUP])
def test_of_a_role_that_was_taken_away_a_notice_says_that_it_is_gone(database, kind):
    a_portfolio(database)
    with database.read() as session:
        assert shown(notices()[kind].draw(session, 99, MONDAY))


def _marked(part):
    """All mark-up in blocks, however deep."""
    if isinstance(part, list):
        return [text for each in part for text in _marked(each)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if part.get("type") == "mrkdwn" else []
    return own + [text for each in part.values() for text in _marked(each)]
