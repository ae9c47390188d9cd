"""What a digest told stays: its figures are kept with it, whatever becomes of its epics later."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import null, select, update

from bot.views.board.digest import digest as drawn
from bot.workflows.board import digest as reporting
from bot.workflows.board import digesting
from bot.workflows.epics.moving import move
from bot.workflows.epics.transferring import give
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.portfolio.merging import merge
from models.board.content import Content
from models.board.digest import Digest, Subscription, Wish
from models.epics.epic import Epic
from models.portfolio.board import Board
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from models.projects.project import Milestone, Project, ProjectShare
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

DAY = timedelta(days=1)
NEXT_MONDAY = datetime(2026, 5, 25, 7, 0, tzinfo=UTC)
LATER = NEXT_MONDAY + DAY


@pytest.fixture
def shop(database):
    """Payments has 4 of 3 in flight; this week one came in, one finished, one was stopped."""
    shop = a_portfolio(database)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        portfolio.live_at = MONDAY - 100 * DAY
    for title, since in (("wallet", 40), ("cards", 39), ("loan", 38), ("refund", 9), ("gift", 8)):
        proposed(database, shop, title, MONDAY - since * DAY)
        if title != "gift":
            moved(database, shop, title, "reviewing", MONDAY - since * DAY)
    moved(database, shop, "wallet", "done", MONDAY + DAY)
    moved(database, shop, "refund", "stopped", MONDAY + DAY, "too dear")
    moved(database, shop, "gift", "ready", MONDAY + DAY)
    proposed(database, shop, "form", MONDAY - 20 * DAY, "ONB")
    moved(database, shop, "form", "ready", MONDAY - 20 * DAY)
    proposed(database, shop, "mail", MONDAY - 20 * DAY)
    moved(database, shop, "mail", "ready", MONDAY - 20 * DAY)
    with database.write() as session:
        for stream, most in ((stream_of(session, "PAY"), 3), (stream_of(session, "ONB"), 2)):
            session.add(
                WipLimit(
                    workspace_id=shop[0],
                    portfolio_id=shop[1],
                    value_stream_id=stream.id,
                    most=most,
                )
            )
    return shop


def stream_of(session, prefix):
    return session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()


def epic_of(session, title):
    return session.scalars(select(Epic).where(Epic.title == title)).one()


def proposed(database, shop, title, at, prefix="PAY"):
    with database.write() as session:
        an_epic(session, shop[0], stream_of(session, prefix).id, title, at=at)


def moved(database, shop, title, name, at, reason=None):
    with database.write() as session:
        to = session.get_one(Portfolio, shop[1]).state(name)
        move(session, shop[0], ANA, epic_of(session, title).id, to.id, None, reason, at)


def sends(database, shop, stream=None, channel="C0ALL"):
    with database.write() as session:
        wish = Wish(
            portfolio_id=shop[1],
            value_stream_id=stream_of(session, stream).id if stream else None,
            weekday=0,
            minute_of_day=540,
            time_zone="Europe/Berlin",
        )
        found = digesting.subscribe(session, shop[0], ANA, channel, wish, MONDAY)
        digesting.send_due(session, found.id, NEXT_MONDAY)


def told(database, at=NEXT_MONDAY):
    """All that every digest says, but for what it asks for."""
    with database.read() as session:
        digests = session.scalars(select(Digest).order_by(Digest.id)).all()
        return [said(drawn(reporting.content_of(session, each, at))) for each in digests]


def said(answer):
    texts = [block["text"]["text"] for block in answer.blocks if "text" in block]
    charts = [block["chart"] for block in answer.blocks if "chart" in block]
    asks = texts.index("*Needs you*") if "*Needs you*" in texts else 2
    return [*texts[:asks], *(text for text in texts if text.startswith("*In flight")), charts]


def changes(database, shop, change):
    with database.write() as session:
        change(session, session.get_one(Portfolio, shop[1]))


def given_away(session, portfolio):
    for title in ("cards", "loan", "wallet"):
        give(session, portfolio.workspace_id, BEN, epic_of(session, title).id,
             stream_of(session, "ONB").id, "they know it", LATER)  # fmt: skip


def limited_otherwise(session, portfolio):
    for limit in session.scalars(select(WipLimit)):
        limit.most = 1


def committed_later(session, portfolio):
    Board(portfolio).commit_on_leaving(portfolio.state("analyzing").id)


def renamed(session, portfolio):
    for epic in session.scalars(select(Epic)):
        epic.title = f"Our {epic.title}"
    stream_of(session, "PAY").name = "Cash"


def moved_on(session, portfolio):
    for title in ("cards", "wallet", "gift"):
        epic = epic_of(session, title)
        session.add(epic.move(portfolio.state("analyzing"), ANA, None, LATER))


def told_of_a_stream(session, portfolio):
    digesting.subscribe(
        session,
        portfolio.workspace_id,
        ANA,
        "C0ALL",
        Wish(
            portfolio_id=portfolio.id,
            value_stream_id=stream_of(session, "ONB").id,
            weekday=3,
            minute_of_day=600,
            time_zone="Asia/Tokyo",
        ),
        LATER,
    )


def imported_a_late_project(session, portfolio):
    here = {"workspace_id": portfolio.workspace_id}
    project = Project(**here, portfolio_id=portfolio.id, code="P1", name="Old", created_at=MONDAY)
    project.imported_at, due = LATER, MONDAY.date() - 90 * DAY
    project.milestones = [Milestone(**here, code="M1", name="Gate", baseline_on=due)]
    payments = stream_of(session, "PAY")
    project.shares = [ProjectShare(**here, value_stream_id=payments.id, percent=Decimal(100))]
    session.add(project)


def counted_elsewhere(session, portfolio):
    portfolio.time_zone, portfolio.currency = "Asia/Tokyo", "GBP"
    portfolio.fiscal_year_starts_in = 4


def merged(session, portfolio):
    grant_admin(session, portfolio.workspace_id, ANA, None, MONDAY)
    payments, greeting = stream_of(session, "PAY"), stream_of(session, "ONB")
    here = (session, portfolio.workspace_id, ANA, greeting.id, payments.id)
    merge(*here, greeting.version, LATER)


def went_live_again(session, portfolio):
    portfolio.live_at = LATER


CHANGES = (
    limited_otherwise,
    committed_later,
    moved_on,
    told_of_a_stream,
    imported_a_late_project,
    counted_elsewhere,
    went_live_again,
    given_away,
    merged,
    renamed,
)


def test_whatever_changes_later_not_a_word_of_a_sent_digest_does(database, shop):
    sends(database, shop)
    sends(database, shop, "PAY", "C0PAY")
    before = told(database)
    assert "1 came in, 1 finished, 1 was stopped" in before[0][1]
    assert "*Over* Payments 4 of 3" in before[0][2]
    for change in CHANGES:
        changes(database, shop, change)
        assert told(database, LATER) == before, change.__name__


def test_of_an_epic_that_is_restricted_since_the_name_goes_and_the_number_stays(database, shop):
    sends(database, shop)
    (before,) = told(database)
    for title in ("wallet", "refund", "cards"):
        changes(database, shop, lambda session, _, t=title: restricted(session, t))
    (after,) = told(database, LATER)
    assert after[1].split("\n")[0] == before[1].split("\n")[0]
    assert after[2:] == before[2:]
    for word in ("wallet", "refund", "too dear", "PAY-1", "PAY-4"):
        assert word in before[1]
        assert word not in str(after)
    changes(database, shop, lambda session, _: restricted(session, "wallet", restricted=False))
    assert "wallet" in told(database, LATER)[0][1]


def restricted(session, title, *, restricted=True):
    epic_of(session, title).restricted = restricted


def test_once_all_it_asked_for_is_solved_its_figures_are_still_there(database):
    shop = a_portfolio(database)
    changes(database, shop, lambda _, portfolio: setattr(portfolio, "live_at", MONDAY - 100 * DAY))
    proposed(database, shop, "wallet", MONDAY - 20 * DAY)
    sends(database, shop)
    with database.write() as session:
        subscription = session.scalars(select(Subscription)).one()
        digesting.send_due(session, subscription.id, NEXT_MONDAY + 7 * DAY)
    before = told(database, NEXT_MONDAY + 7 * DAY)[1]
    assert before[1] == "Nothing changed."
    with database.write() as session:
        epic_of(session, "wallet").answered_at = NEXT_MONDAY + 8 * DAY
        epic_of(session, "wallet").owner_user_id = BEN
    assert told(database, NEXT_MONDAY + 8 * DAY)[1] == before


def test_a_digest_from_before_its_content_was_kept_is_drawn_from_history(database, shop):
    sends(database, shop)
    before = told(database)
    with database.write() as session:
        session.execute(update(Digest).values(frozen_content=null()))
    assert told(database) == before
    changes(database, shop, renamed)
    assert "Our wallet" in told(database)[0][1]


def test_what_is_kept_reads_back_as_it_was(database, shop):
    sends(database, shop)
    with database.read() as session:
        content = session.scalars(select(Digest)).one().content
    assert Content.model_validate(content.kept) == content
    assert content.kept["in_flight"]["whole"] == {"count": 5}
    assert [(each.name, each.load.said) for each in content.in_flight.streams] == [
        ("Onboarding", "1 of 2"),
        ("Payments", "4 of 3, over by 1"),
    ]


def week_told(database, shop, week, stream=None, now=LATER):
    with database.read() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        stream_id = stream_of(session, stream).id if stream else None
        found = reporting.of_week(session, portfolio, stream_id, week, now)
        return found.sent_at, found.source.content.kept


def test_the_digest_of_a_week_is_as_it_was_told_whatever_became_of_it_since(database, shop):
    sends(database, shop)
    sent = week_told(database, shop, "2026-W21")
    assert sent[0] == NEXT_MONDAY
    for change in (given_away, limited_otherwise, moved_on, renamed):
        changes(database, shop, change)
    assert week_told(database, shop, "2026-W21") == sent


def test_a_week_without_a_digest_is_drawn_from_history(database, shop):
    sends(database, shop)
    at, of_stream = week_told(database, shop, "2026-W21", "PAY")
    assert (at, of_stream["scope"]["stream"]) == (None, "Payments")
    at, before = week_told(database, shop, "2026-W19")
    assert (at, before["in_flight"]["whole"]["count"]) == (None, 6)
