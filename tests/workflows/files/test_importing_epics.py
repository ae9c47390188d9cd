"""Epics from a table: each in its state, none twice, keys as they were."""

from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import func, select

from bot.workflows.files.importing.creating import found_portfolio
from bot.workflows.files.importing.epics import load_epics, plan_epics, staged_epics
from bot.workflows.people.workspaces import workspace_of
from models.audit.audit import AuditEvent
from models.epics.epic import Epic, Transition
from models.files import kinds
from models.files.matching import guessed, matched
from models.files.table import read_table
from models.portfolio.portfolio import Phase, Portfolio, ValueStream
from models.themes.theme import Theme
from tests.workflows.builders import MONDAY, a_portfolio, an_epic

SIX = """title,value_stream,state,hypothesis,theme,owner,mvp_cost,created_at,source,id
Pay by bank,Payments,implementing,It helps.,Fewer baskets left,U0ANA,60k,2026-03-05,sheet,1
Wallet,PAY,Delivering,,fewer baskets left,Someone Else,,,sheet,2
Address check,Onboarding,done,,,,,2026-01-02,sheet,3
Claims by text,Claims,,,,,,,sheet,4
"""


def read(text):
    table = read_table(text.encode())
    good, bad = matched(table, guessed(table.columns, kinds.EPICS), kinds.EPICS, "EUR")
    assert bad == []
    return good


def brings_in(database, portfolio_id, text, **more):
    with database.read() as session:
        planned = plan_epics(session, session.get_one(Portfolio, portfolio_id), read(text), **more)
    assert planned.against == {}
    with (
        staged_epics(database, planned, MONDAY) as connection,
        database.write(by=connection) as session,
    ):
        return load_epics(session, session.get_one(Portfolio, portfolio_id), planned, MONDAY)


def by_title(session):
    return {epic.title: epic for epic in session.scalars(select(Epic).order_by(Epic.id))}


def test_an_epic_begins_in_its_state_with_one_entry_and_the_clocks_that_follow(database):
    _, portfolio_id = a_portfolio(database)
    report = brings_in(database, portfolio_id, SIX)
    assert (report.added, report.new_streams) == (4, ["Claims"])
    assert (report.new_themes, report.named_owners) == (["Fewer baskets left"], ["Someone Else"])
    with database.read() as session:
        epics = by_title(session)
        bank = epics["Pay by bank"]
        march = datetime(2026, 3, 5, tzinfo=UTC)
        assert (bank.state.name, bank.phase, bank.owner_user_id) == (
            "implementing",
            Phase.TESTING,
            "U0ANA",
        )
        assert (bank.created_at, bank.state_entered_at, bank.committed_at) == (march,) * 3
        assert (bank.mvp_cost_minor, bank.theme.name) == (6_000_000, "Fewer baskets left")
        wallet = epics["Wallet"]
        assert (wallet.phase, wallet.theme_id) == (Phase.DELIVERING, bank.theme_id)
        assert (wallet.created_at, wallet.owner_user_id) == (MONDAY, None)
        assert epics["Address check"].done_at == datetime(2026, 1, 2, tzinfo=UTC)
        assert epics["Claims by text"].state.name == "funnel"
        assert epics["Claims by text"].committed_at is None
        entries = session.scalars(select(Transition).order_by(Transition.id)).all()
        assert [entry.epic_id for entry in entries] == [epic.id for epic in epics.values()]
        assert all(entry.from_state_id is None for entry in entries)
        assert all(entry.at == entry.epic.state_entered_at for entry in entries)


def test_epics_come_in_once_by_source_and_id_or_by_key(database):
    _, portfolio_id = a_portfolio(database)
    brings_in(database, portfolio_id, SIX)
    again = brings_in(database, portfolio_id, SIX + "New,Payments,,,,,,,sheet,5\n")
    assert (again.added, again.known) == (1, 4)
    by_key = brings_in(database, portfolio_id, "key,title,value_stream\npay-1,Other,Payments\n")
    assert (by_key.added, by_key.known) == (0, 1)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Theme)) == 1


def test_keys_come_back_as_they_were_and_none_is_given_again(database):
    workspace_id, portfolio_id = a_portfolio(database)
    keys = "key,title,value_stream\nPAY-7,A,Payments\nCLM-3,B,Claims\nCLM-9,C,Claims\n,D,Payments\n"
    brings_in(database, portfolio_id, keys)
    with database.write() as session:
        epics = by_title(session)
        assert [epics[t].key for t in "ABCD"] == ["PAY-7", "CLM-3", "CLM-9", "PAY-8"]
        stream = session.scalars(select(ValueStream).where(ValueStream.name == "Claims")).one()
        assert stream.key_prefix == "CLM"
        assert an_epic(session, workspace_id, stream.id).key == "CLM-10"


def test_an_import_of_epics_is_one_event(database):
    _, portfolio_id = a_portfolio(database)
    brings_in(database, portfolio_id, SIX)
    with database.read() as session:
        nouns = session.scalars(select(AuditEvent.noun)).all()
        assert nouns.count("imports") == 1
        assert "epics" not in nouns
        assert "transitions" not in nouns


def test_an_epic_of_another_portfolio_is_not_taken_for_one_of_this(database):
    workspace_id, portfolio_id = a_portfolio(database)
    brings_in(database, portfolio_id, SIX)
    with database.write() as session:
        assert workspace_of(session, "T1").id == workspace_id
        other = found_portfolio(session, workspace_id, "Other", MONDAY).id
    report = brings_in(database, other, "title,value_stream,source,id\nA,Elsewhere,sheet,1\n")
    assert report.added == 1


def merge_all(database, *names):
    """Merge each stream of those names into the next one."""
    with database.write() as session:
        found = [
            session.scalars(select(ValueStream).where(ValueStream.name == name)).one()
            for name in names
        ]
        for source, target in pairwise(found):
            source.ended_at, source.merged_into_id = MONDAY, target.id


def test_an_epic_of_a_stream_that_was_merged_away_goes_to_its_last_successor(database):
    _, portfolio_id = a_portfolio(database)
    brings_in(database, portfolio_id, "title,value_stream\nClaims by text,Claims\n")
    merge_all(database, "Payments", "Claims", "Onboarding")
    brings_in(database, portfolio_id, "title,value_stream\nPay by bank,Payments\nWallet,PAY\n")
    with database.read() as session:
        epics = by_title(session)
        assert {epics[t].value_stream.name for t in ("Pay by bank", "Wallet")} == {"Onboarding"}
        assert [epics[t].key for t in ("Pay by bank", "Wallet")] == ["ONB-1", "ONB-2"]


def test_a_stream_merged_away_between_the_look_and_the_yes_takes_no_epic(database):
    _, portfolio_id = a_portfolio(database)
    text = "key,title,value_stream\n,A,Payments\n,B,Onboarding\nPAY-9,C,Payments\n"
    with database.read() as session:
        planned = plan_epics(session, session.get_one(Portfolio, portfolio_id), read(text))
    merge_all(database, "Payments", "Onboarding")
    with (
        staged_epics(database, planned, MONDAY) as connection,
        database.write(by=connection) as session,
    ):
        report = load_epics(session, session.get_one(Portfolio, portfolio_id), planned, MONDAY)
    assert report.added == 3
    with database.read() as session:
        epics = by_title(session)
        assert {epic.value_stream.name for epic in epics.values()} == {"Onboarding"}
        assert [epics[title].key for title in "ABC"] == ["ONB-1", "ONB-2", "PAY-9"]
