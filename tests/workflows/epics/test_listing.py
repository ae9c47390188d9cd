"""The epics meant by a filter, page by page."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from bot.views.epics.list import epic_list
from bot.workflows.epics import finding
from bot.workflows.epics.blocking import block
from bot.workflows.epics.moving import move
from bot.workflows.portfolio.setting_up import set_up
from models.epics.epic import Epic
from models.epics.listing import read_filter
from models.portfolio.portfolio import Phase, Portfolio, ValueStream
from models.portfolio.setup import Setup, StreamSetup
from models.themes.theme import Theme
from tests.shops import at_work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

pytestmark = pytest.mark.on_both_databases

LATER = MONDAY + timedelta(days=40)
TITLES = ("Bank transfer", "Wallet", "Refunds at 100 %", "Receipts")


@pytest.fixture
def shop(database):
    """PAY-2 delivers, PAY-3 serves Less paper and is blocked, PAY-4 is answered; ONB-1 is Ben's."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        streams = {each.key_prefix: each for each in session.scalars(select(ValueStream))}
        epics = [an_epic(session, workspace_id, streams["PAY"].id, title) for title in TITLES]
        implementing = session.get_one(Portfolio, portfolio_id).state("implementing")
        move(session, workspace_id, BEN, epics[1].id, implementing.id, None, None, MONDAY)
        epics[1].phase = Phase.DELIVERING
        paper = Theme(workspace_id=workspace_id, portfolio_id=portfolio_id, name="Less paper")
        epics[2].theme = paper
        block(session, workspace_id, BEN, epics[2].id, "the contract", MONDAY)
        an_epic(session, workspace_id, streams["ONB"].id, "Passport by phone").owner_user_id = BEN
        epics[3].answered_at = MONDAY
    return workspace_id, portfolio_id


def listed(session, workspace_id, typed, viewer=ANA, at=MONDAY, size=20):
    names = finding.names(session, workspace_id, viewer)
    chosen, page = read_filter(typed, names)
    return finding.list_epics(session, workspace_id, viewer, names, chosen, page, at, size)


def keys(listing):
    return [epic.key for epic in listing.page.epics]


NARROWED = {
    "": ["PAY-1", "PAY-3", "PAY-4", "ONB-1", "PAY-2"],
    "onb": ["ONB-1"],
    "payments onboarding": ["PAY-1", "PAY-3", "PAY-4", "ONB-1", "PAY-2"],
    "funnel payments": ["PAY-1", "PAY-3", "PAY-4"],
    "delivering": ["PAY-2"],
    "testing": [],
    "delivering funnel payments": ["PAY-1", "PAY-3", "PAY-4", "PAY-2"],
    "theme:paper": ["PAY-3"],
    "theme:none payments": ["PAY-1", "PAY-4", "PAY-2"],
    "mine funnel": ["PAY-1", "PAY-3", "PAY-4"],
    "blocked": ["PAY-3"],
    '"100 %"': ["PAY-3"],
    "pay-4": ["PAY-4"],
    "helps bank": ["PAY-1"],
    "_": [],
}


def test_a_list_is_narrowed_by_what_is_meant(database, shop):
    with database.read() as session:
        for typed, found in NARROWED.items():
            listing = listed(session, shop[0], typed)
            assert (typed, keys(listing)) == (typed, found)
            assert listing.page.total == len(found)
        assert keys(listed(session, shop[0], "mine", BEN)) == ["ONB-1"]


def test_what_tests_its_mvp_stands_before_what_is_delivered_already(database, shop):
    with database.write() as session:
        implementing = session.get_one(Portfolio, shop[1]).state("implementing")
        move(session, shop[0], BEN, 1, implementing.id, None, None, LATER)
    with database.read() as session:
        assert keys(listed(session, shop[0], "implementing")) == ["PAY-1", "PAY-2"]


def test_late_are_the_ideas_whose_first_answer_is_past_its_day(database, shop):
    with database.read() as session:
        assert keys(listed(session, shop[0], "late")) == []
        assert keys(listed(session, shop[0], "late", at=LATER)) == ["PAY-1", "PAY-3", "ONB-1"]


def test_an_empty_list_counts_what_there_is_without_each_part(database, shop):
    with database.read() as session:
        listing = listed(session, shop[0], "onboarding mine theme:none passport")
        assert keys(listing) == []
        assert listing.without == {"stream": 0, "theme": 0, "mine": 1, "text": 0}


def test_every_epic_meant_is_on_exactly_one_page(database, shop):
    with database.read() as session:
        pages = [listed(session, shop[0], f"funnel {n}", size=3) for n in (1, 2, 3)]
        assert [keys(page) for page in pages] == [["PAY-1", "PAY-3", "PAY-4"], ["ONB-1"], ["ONB-1"]]


@pytest.mark.parametrize("viewer", [ANA, BEN])
def test_pages_of_any_size_are_the_whole_list_in_its_order(database, shop, viewer):
    """States of two portfolios stand side by side; a restricted epic is counted for its circle."""
    with database.write() as session:
        setup = Setup(
            name="Depot",
            currency="EUR",
            time_zone="UTC",
            streams=[StreamSetup(name="Trucks", key_prefix="TRU", owner_user_id=BEN)],
        )
        depot = set_up(session, shop[0], ANA, setup, MONDAY)
        at_work(session, depot, MONDAY)
        trucks = depot.value_streams[0].id
        for title in ("Fewer", "Lighter", "Electric", "Secret"):
            an_epic(session, shop[0], trucks, title)
        session.get_one(Epic, 7).state_entered_at = MONDAY - timedelta(days=1)
        implementing = depot.state("implementing")
        move(session, shop[0], BEN, 8, implementing.id, None, None, LATER)
        secret = session.get_one(Epic, 9)
        secret.restricted, secret.proposed_by, secret.owner_user_id = True, BEN, BEN
    with database.read() as session:
        whole = keys(listed(session, shop[0], "", viewer))
        expected = ["TRU-2", "PAY-1", "PAY-3", "PAY-4", "ONB-1", "TRU-1", "TRU-4", "TRU-3", "PAY-2"]
        assert whole == [key for key in expected if key != "TRU-4" or viewer == BEN]
        for size in range(1, len(whole)):
            pages = -(-len(whole) // size)
            found = [listed(session, shop[0], str(n + 1), viewer, size=size) for n in range(pages)]
            assert [key for page in found for key in keys(page)] == whole
            assert {(each.page.total, each.page.pages) for each in found} == {(len(whole), pages)}


def test_what_another_workspace_has_is_neither_named_nor_found(database, shop):
    with database.read() as session:
        names = finding.names(session, shop[0] + 1, ANA)
        assert (names.portfolios, names.themes) == ([], [])
        assert keys(listed(session, shop[0] + 1, "")) == []


def test_a_list_takes_as_many_queries_for_many_epics_as_for_few(database, shop):
    def queries(typed):
        asked = []
        listen = lambda *arguments: asked.append(arguments[2])  # noqa: E731 - a one-line listener
        event.listen(database.engine, "before_cursor_execute", listen)
        with database.read() as session:
            epic_list(listed(session, shop[0], typed))
        event.remove(database.engine, "before_cursor_execute", listen)
        return len([statement for statement in asked if statement.startswith("SELECT")])

    assert queries("onb") == queries("payments mine bank") == queries("") <= 5
    with database.read() as session:
        assert session.get_one(Epic, 1)
