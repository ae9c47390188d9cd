"""Looking again: who is asked on Thursday, and what comes of the answer."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.views.board.fact_check import in_person
from bot.workflows.board.changes import outcomes
from bot.workflows.board.fact_check import ask_due
from bot.workflows.decisions.follow_up import reviewing
from bot.workflows.epics.moving import move
from bot.workflows.flow.scope import scope_of
from bot.workflows.keeping import Act
from models.audit import audit
from models.board.confirmation import FactCheck
from models.board.digest import Subscription
from models.decisions.follow_up.outcome_review import (
    Became,
    NoOutcomeYet,
    Occasion,
    OutcomeForm,
    OutcomeReview,
)
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio
from tests.views.reading import buttons, shown
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

DONE_AT = MONDAY
THURSDAY = datetime(2026, 6, 18, 8, tzinfo=UTC)
"""The first one at ten that is four weeks later."""
WEEK = timedelta(weeks=1)


@pytest.fixture
def shop(database):
    """Live for long, with a digest; PAY-1 of Ana was done on Monday."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        session.get_one(Portfolio, portfolio_id).live_at = MONDAY - 52 * WEEK
        done(session, workspace_id)
        session.add(
            Subscription(
                workspace_id=workspace_id,
                portfolio_id=portfolio_id,
                channel_id="C0PORT",
                time_zone="Europe/Berlin",
                next_at=MONDAY,
                subscribed_by=ANA,
                subscribed_at=MONDAY,
            )
        )
    return database


def done(session, workspace_id, title="Pay by bank transfer", at=DONE_AT, **more):
    epic = an_epic(session, workspace_id, 1, title)
    facts = {
        "indicator": "Checkout completion",
        "baseline": Decimal(61),
        "target": Decimal(68),
        "owner_user_id": ANA,
    }
    for name, value in (facts | more).items():
        setattr(epic, name, value)
    to = epic.portfolio.state("done")
    move(session, workspace_id, BEN, epic.id, to.id, None, None, at)
    return epic


def asks(database, at=THURSDAY):
    with database.write(audit.Act(None, "tack", at)) as session:
        ask_due(session, 1, at)


def records(database, became, at=THURSDAY, who=ANA, epic_id=1, note=None):
    with database.write(audit.Act(who, "form record_outcome", at)) as session:
        said = OutcomeForm(became=became, note=note)
        return reviewing.record(Act(session, 1, who, at), epic_id, said).id


def reviews(database):
    with database.read() as session:
        found = session.scalars(select(OutcomeReview).order_by(OutcomeReview.id)).all()
        return [(each.occasion.value, each.due_on, each.became) for each in found]


def told(database):
    """What Thursday's message to Ana says."""
    with database.read() as session:
        check = session.scalars(select(FactCheck)).one()
        return in_person(session, check, THURSDAY)


def test_four_weeks_after_done_its_owner_is_asked_on_thursday_and_once(shop):
    asks(shop, THURSDAY - WEEK)
    assert reviews(shop) == []
    asks(shop)
    asks(shop, THURSDAY + WEEK)
    assert reviews(shop) == [("four weeks", date(2026, 6, 15), None)]
    with shop.read() as session:
        kind = Message.kind == MessageKind.FACT_CHECK
        assert session.scalars(select(Message.channel_id).where(kind)).all() == [ANA, ANA]


def test_the_question_stands_in_the_bundle_and_the_answer_takes_its_button_away(shop):
    asks(shop)
    assert shown(told(shop)) == [
        "*What became of it?* One epic of yours is to be looked at again.",
        "*PAY-1 · Pay by bank transfer*\nDone {Mon 18 May} · Did checkout completion reach 68?",
        "Record the outcome",
        "Not these",
    ]
    records(shop, Became.REACHED)
    assert shown(told(shop))[0] == "Thank you: the outcome is recorded."
    assert shown(told(shop))[1].endswith("Done {Mon 18 May} · reached, recorded {Thu 18 Jun}")
    assert buttons(told(shop).blocks) == []


def test_after_twelve_weeks_it_is_asked_once_more_where_it_came_part_of_the_way(shop):
    asks(shop)
    records(shop, Became.PARTLY)
    asks(shop, THURSDAY + 8 * WEEK)
    assert [each[0] for each in reviews(shop)] == ["four weeks", "twelve weeks"]


def test_one_that_was_reached_is_not_asked_after_again(shop):
    asks(shop)
    records(shop, Became.REACHED)
    asks(shop, THURSDAY + 8 * WEEK)
    assert [each[0] for each in reviews(shop)] == ["four weeks"]


def test_what_came_in_as_done_or_names_no_figure_is_not_asked_after(shop):
    with shop.write() as session:
        session.get_one(Epic, 1).imported_at = DONE_AT + WEEK
        done(session, 1, "Wallet", indicator=None)
    asks(shop)
    assert reviews(shop) == []


def test_an_outcome_said_unasked_is_kept_and_one_of_what_is_not_delivered_is_refused(shop):
    records(shop, Became.NOT_MEASURED, MONDAY)
    assert reviews(shop) == [("unasked", MONDAY.date(), "not measured")]
    with shop.write() as session:
        an_epic(session, 1, 1, "Wallet")
    with pytest.raises(NoOutcomeYet):
        records(shop, Became.REACHED, MONDAY, epic_id=2)


def test_only_who_may_confirm_it_records_its_outcome(shop):
    with pytest.raises(NotAllowed):
        records(shop, Became.REACHED, who="U0ELI")


def test_an_answer_of_today_does_not_answer_the_day_that_a_decision_named(shop):
    later = date(2026, 8, 1)
    with shop.write() as session:
        session.add(OutcomeReview.of(session.get_one(Epic, 1), Occasion.DECISION, later))
    asks(shop)
    records(shop, Became.PARTLY)
    assert [each[2] for each in reviews(shop)] == [None, "partly"]
    records(shop, Became.REACHED)
    assert reviews(shop)[0][2] == "reached"


def test_the_share_that_reached_its_target_counts_each_epic_by_what_was_said_last(shop):
    with shop.write() as session:
        for title in ("Wallet", "Refunds", "Gift cards"):
            done(session, 1, title)
    for epic_id, became in ((1, "no"), (2, "partly"), (3, "reached"), (4, "not measured")):
        records(shop, Became(became), epic_id=epic_id)
    records(shop, Became.REACHED, THURSDAY + WEEK)
    with shop.read() as session:
        scope = scope_of(session, 1, None)
        then = outcomes(session, scope, THURSDAY - WEEK, THURSDAY)
        assert (then.reached, then.recorded, then.not_measured) == (1, 3, 1)
        now = outcomes(session, scope, THURSDAY, THURSDAY + WEEK)
        assert (now.reached, now.recorded, now.not_measured) == (2, 3, 1)
