"""What holds of every kind of message, whatever it is about."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.views.notices import NOTICES, notice
from bot.worker.drawing import BY_HAND, DRAWINGS
from bot.workflows.decisions.opening import open_decision
from bot.workflows.keeping import Act
from models.budgets.period import FundingPeriod
from models.budgets.shift import Outcome, Shift
from models.decisions.form import DecisionForm
from models.epics.epic import Epic
from models.message import MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import ValueStream
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


SUBJECTS = {
    MessageKind.EPIC_CARD: an_epic_of,
    MessageKind.BALLOT: a_decision_of,
    MessageKind.BALLOT_TOLD: a_decision_of,
    MessageKind.SHIFT: a_shift_of,
}
"""For each kind that is a notice, one to show."""

every_notice = pytest.mark.parametrize("kind", NOTICES)


def test_every_kind_of_message_is_drawn_in_one_way():
    assert not set(NOTICES) & set(BY_HAND)
    assert set(DRAWINGS) == {*NOTICES, *BY_HAND} == {*MessageKind, "home"}


def test_every_notice_is_held_to_what_holds_of_all():
    assert set(SUBJECTS) == set(NOTICES)


@every_notice
def test_a_kind_is_not_shown_in_two_ways(kind):
    with pytest.raises(ValueError, match=f"{kind} is shown already"):
        notice(kind, Epic)(lambda session, epic, now: None)


@every_notice
@pytest.mark.parametrize("words", ["It helps.", HOSTILE * 60], ids=["usual", "hostile"])
def test_a_notice_shows_its_subject_in_words_that_slack_takes(database, kind, words):
    shop = a_portfolio(database)
    with database.write() as session:
        subject = SUBJECTS[kind](session, shop, words)
        session.flush()
        assert isinstance(subject, NOTICES[kind].noun)
        drawn = DRAWINGS[kind](session, subject.id, MONDAY)
        assert shown(drawn)
        for marked in (drawn.text, *_marked(drawn.blocks)):
            assert "<!channel>" not in marked
            assert "<https" not in marked


def _marked(part):
    """All mark-up in blocks, however deep."""
    if isinstance(part, list):
        return [text for each in part for text in _marked(each)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if part.get("type") == "mrkdwn" else []
    return own + [text for each in part.values() for text in _marked(each)]
