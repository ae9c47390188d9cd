"""An export has everything that one may see and nothing else, as it was written."""

import csv
import json
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import literal_column, select, true
from sqlalchemy.exc import DBAPIError

from bot.workflows import keeping
from bot.workflows.audit import verifying
from bot.workflows.budgets import considering, funding, shifting
from bot.workflows.files import exporting, packing
from bot.workflows.files.importing.histories import import_part, parts_of, staged_items
from bot.workflows.seeing import EVERYBODY, visible_to
from models.audit.audit import Act, Anchor, chained, first_break
from models.base import Base
from models.budgets.forms import FundingForm, ShiftForm
from models.epics.epic import CircleMember, Epic
from models.errors import DatabaseAway
from models.fields import tidy
from models.files import kinds
from models.files.export import ExportFormat
from models.files.histories import read_items
from models.files.matching import guessed
from models.files.sheet import unguarded
from models.files.table import read_table
from models.people.handover import Handover
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.projects.project import Project
from models.themes.theme import Theme
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

HOSTILE = [
    "=cmd|' /C calc'!A0",
    'He said "no", twice; then\nleft',
    "שלום עולם 🎉 ﷽",
    "+1-800-HELP @home",
    "'=already guarded",
    "x" * 10_000,
]


class Shop:
    """A portfolio with epics of hostile titles, of which the last is restricted."""

    def __init__(self, database):
        self.database = database
        self.workspace_id, self.portfolio_id = a_portfolio(database)
        with database.write(Act(ANA, "form propose_epic", MONDAY)) as session:
            for number, title in enumerate([*HOSTILE, "Secret plan"]):
                epic = an_epic(session, self.workspace_id, 1 + number % 2, "Idea", f"r{number}")
                epic.title, epic.hypothesis = title, title
        with database.write(Act(ANA, "form edit_epic", MONDAY)) as session:
            secret = session.scalars(select(Epic).where(Epic.title == "Secret plan")).one()
            secret.restricted, self.secret_key = True, secret.key
            session.add(
                CircleMember(
                    workspace_id=self.workspace_id,
                    epic_id=secret.id,
                    user_id=BEN,
                    added_by=ANA,
                    at=MONDAY,
                )
            )
            session.add(
                Handover(
                    workspace_id=self.workspace_id,
                    from_user_id=ANA,
                    to_user_id=BEN,
                    by_user_id=ANA,
                    at=MONDAY,
                    handed=[secret.key],
                )
            )

    def shift(self, reason):
        """Ana, who is finance and gives, moves a little at once, with that reason."""
        with self.database.write() as session:
            portfolio = session.get_one(Portfolio, self.portfolio_id)
            giver, taker = portfolio.value_streams
            giver.owner_user_id = ANA
            here = {"workspace_id": self.workspace_id, "portfolio_id": portfolio.id}
            session.add(RoleGrant(user_id=ANA, role=Role.FINANCE, **here))
            session.flush()
            act = keeping.Act(session, self.workspace_id, ANA, MONDAY)
            money = FundingForm(value_stream_id=giver.id, amount_minor=100_000, reason=reason)
            funding.fund(act, portfolio.id, money)
            ends = {"from_stream_id": giver.id, "to_stream_id": taker.id}
            form = ShiftForm(**ends, amount_minor=1_000, reason=reason)
            seen = considering.consider(act, portfolio, form).mark
            shifting.ask(act, portfolio.id, form, seen)

    def pack(self, to, form=ExportFormat.CSV, seen=None, with_audit=True):
        seen = visible_to(EVERYBODY) if seen is None else seen
        with self.database.snapshot() as session:
            portfolio = session.get_one(Portfolio, self.portfolio_id)
            scope = exporting.Scope(portfolio, seen, with_audit)
            head = str(verifying.head(session, self.workspace_id))
            restricted = exporting.includes_restricted(session, scope)
            about = packing.About(portfolio.name, MONDAY, restricted, head)
            packing.pack(session, scope, about, form, to)

    def change(self, key, **values):
        with self.database.write(Act(ANA, "form edit_epic", MONDAY)) as session:
            epic = session.scalars(select(Epic).where(Epic.key == key)).one()
            for name, value in values.items():
                setattr(epic, name, value)


@pytest.fixture
def shop(database):
    return Shop(database)


@pytest.fixture
def out(tmp_path):
    """An empty folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def read(file):
    """The rows of a file, without the mark at its beginning."""
    text = file.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text[1:].splitlines(keepends=True)))


def test_everything_that_is_audited_is_in_the_export():
    own = {noun for noun, _ in [*exporting.OWN.values(), *exporting.WHO_DID_WHAT.values()]}
    tables = {noun.__tablename__ for noun in own}
    with_projects = {"programs", "projects", "project_shares", "milestones", "project_snapshots"}
    audited = {m.class_.__tablename__ for m in Base.registry.mappers if m.class_.audited}
    as_they_come_in = {"allocations", "actuals"}
    assert audited - tables - with_projects - as_they_come_in == {"workspaces"}


def test_a_table_has_every_column_of_its_noun_with_names_for_numbers(shop, out):
    shop.change(
        "PAY-1", mvp_cost_minor=6_000_050, target=Decimal("68.0"), target_on=date(2026, 9, 30)
    )
    shop.pack(out)
    epic = read(out / "epics.csv")[0]
    assert {column.name for column in Epic.__table__.columns} - {"workspace_id", "version"} == {
        {
            "portfolio": "portfolio_id",
            "value_stream": "value_stream_id",
            "state": "state_id",
            "theme": "theme_id",
            "project": "project_id",
            "predecessor": "predecessor_id",
            "successor": "successor_id",
            "mvp_cost": "mvp_cost_minor",
            "full_cost": "full_cost_minor",
        }.get(name, name)
        for name in epic
    } - {"currency"}
    told = {name: epic[name] for name in ("key", "value_stream", "state", "mvp_cost", "currency")}
    assert told == {
        "key": "PAY-1",
        "value_stream": "Payments",
        "state": "funnel",
        "mvp_cost": "60000.50",
        "currency": "EUR",
    }
    assert (epic["target"], epic["target_on"], epic["full_cost"]) == ("68.0", "2026-09-30", "")
    assert epic["created_at"] == "2026-05-18T09:00:00+00:00"


def test_no_cell_of_any_file_is_a_formula(shop, out):
    shop.shift(HOSTILE[0])
    shop.pack(out)
    assert [unguarded(row["reason"]) for row in read(out / "money.csv")] == [HOSTILE[0]] * 2
    for file in out.rglob("*.csv"):
        for row in csv.reader(file.read_text("utf-8-sig").splitlines(keepends=True)):
            assert not [cell for cell in row if cell.startswith(("=", "@", "\t", "\r"))], file
            numbers = [cell for cell in row if cell.startswith(("+", "-"))]
            assert all(Decimal(number).is_finite() for number in numbers), file


def test_what_only_its_circle_sees_is_nowhere_in_the_export_of_others(shop, out):
    with shop.database.read() as session:
        secret_id = session.scalars(select(Epic.id).where(Epic.key == shop.secret_key)).one()
    shop.change("PAY-1", successor_id=secret_id)
    shop.pack(out / "csv")
    shop.pack(out / "json", ExportFormat.JSON)
    everything = "".join(f.read_text("utf-8") for f in out.rglob("*") if f.is_file())
    assert "PAY-1" in everything
    assert "Secret" not in everything
    assert shop.secret_key not in everything
    assert json.loads((out / "csv/about.json").read_text())["restricted_epics"] is False


def test_what_was_learned_is_not_exported_while_the_result_is_sealed(shop, out):
    shop.pack(out)
    columns = (out / "decisions.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    assert "learned" in columns
    assert "learned_early" not in columns


def test_who_may_see_it_gets_it_with_all_that_belongs_to_it(shop, out):
    shop.pack(out, seen=true())
    titles = [row["title"] for row in read(out / "epics.csv")]
    assert titles[-1] == "Secret plan"
    assert [row["epic"] for row in read(out / "circle_members.csv")] == [shop.secret_key]
    assert read(out / "transitions.csv")[-1]["epic"] == shop.secret_key
    assert shop.secret_key in (out / "handovers.csv").read_text()
    assert json.loads((out / "about.json").read_text())["restricted_epics"] is True


def test_who_may_not_read_the_audit_log_gets_nothing_of_who_did_what(shop, out):
    shop.pack(out, with_audit=False)
    names = {file.name for file in out.iterdir()}
    assert "epics.csv" in names
    assert names.isdisjoint(f"{name}.csv" for name in exporting.WHO_DID_WHAT)


def test_the_exported_log_can_be_held_against_its_hashes_without_tack(shop, out):
    shop.pack(out, ExportFormat.JSON, true())
    found = json.loads((out / "tack.json").read_text("utf-8"))
    rows = found["tables"]["audit_events"]["rows"]
    events = [SimpleNamespace(**row) for row in rows]
    for event in events:
        event.at = event.at if "." in event.at else event.at.replace("+", ".000000+")
    head = Anchor.read(found["about"]["audit_head"])
    assert first_break(events, head) is None
    events[3].source = "elsewhere"
    assert chained("0" * 64, events[0]) == events[0].hash
    assert first_break(events, head).number == 4


def test_the_document_says_the_type_of_each_column(shop, out):
    shop.pack(out, ExportFormat.JSON)
    found = json.loads((out / "tack.json").read_text("utf-8"))
    types = found["tables"]["epics"]["types"]
    assert (types["mvp_cost"], types["target_on"], types["restricted"], types["horizon"]) == (
        "decimal",
        "day",
        "yes or no",
        "integer",
    )
    assert [row["title"] for row in found["tables"]["epics"]["rows"]] == HOSTILE
    assert found["tables"]["states"]["rows"][0]["exit_requires"] == []


def test_a_portfolio_gets_nothing_of_another_one(shop, out):
    with shop.database.write() as session:
        other = Portfolio(
            workspace_id=shop.workspace_id,
            name="Elsewhere",
            currency="EUR",
            time_zone="UTC",
            created_at=MONDAY,
        )
        session.add(other)
        session.flush()
        session.add(Theme(workspace_id=shop.workspace_id, portfolio_id=other.id, name="Apart"))
        session.add(
            Project(
                workspace_id=shop.workspace_id,
                portfolio_id=other.id,
                code="P",
                name="Apart",
                created_at=MONDAY,
            )
        )
    shop.pack(out, seen=true())
    everything = "".join(f.read_text("utf-8") for f in out.rglob("*") if f.is_file())
    assert "Apart" not in everything
    assert "Elsewhere" not in everything


def test_an_export_comes_in_again_as_it_was(shop, out):
    """Given titles of every kind, when the export is imported, then each is as it was, in one line,
    as titles are kept."""
    with shop.database.write(Act(BEN, "/epic move", MONDAY)) as session:
        epic = session.scalars(select(Epic).where(Epic.key == "PAY-1")).one()
        to = session.get_one(Portfolio, shop.portfolio_id).state("analyzing")
        session.add(epic.move(to, BEN, None, MONDAY + timedelta(days=3, microseconds=7)))
    shop.pack(out)
    files = [out / "import" / f for f in ("items.csv", "transitions.csv", "mapping.json")]
    found = read_items(*files)
    with (
        staged_items(shop.database, found) as connection,
        shop.database.write(Act(None, "tack import epics", MONDAY), connection) as session,
    ):
        report = import_part(session, shop.workspace_id, "Again", *parts_of(found), MONDAY)
    assert report.items_added == len(HOSTILE)
    with shop.database.read() as session:
        again = session.scalars(select(Portfolio).where(Portfolio.name == "Again")).one()
        epics = session.scalars(select(Epic).where(Epic.portfolio_id == again.id).order_by(Epic.id))
        told = [(e.title, e.value_stream.name, e.state.name, e.state_entered_at) for e in epics]
    assert [title for title, *_ in told] == [tidy(title) for title in HOSTILE]
    assert told[0][1:] == ("Payments", "analyzing", MONDAY + timedelta(days=3, microseconds=7))
    assert told[1][1:] == ("Onboarding", "funnel", MONDAY)


def test_an_id_that_would_name_two_epics_gives_way_to_their_keys(shop, out):
    """Ids of two sources, and one that is the key of another epic; not so one's own key."""
    shop.change("PAY-1", source="jira", source_id="17")
    shop.change("PAY-2", source="files", source_id="17")
    shop.change("PAY-3", source="jira", source_id="PAY-2")
    shop.change("ONB-1", source="jira", source_id="ONB-1")
    shop.change("ONB-2", source="jira", source_id="18")
    shop.change("ONB-3", source="jira", source_id=shop.secret_key)
    shop.pack(out)
    items = {row["id"] for row in read(out / "import/items.csv")}
    assert items == {"PAY-1", "PAY-2", "PAY-3", "ONB-1", "18", "ONB-3"}
    moves = [row["id"] for row in read(out / "import/transitions.csv")]
    assert sorted(moves) == sorted(items)


def test_the_exported_epics_say_owner_and_currency_as_an_import_reads_them(shop, out):
    shop.pack(out)
    table = read_table((out / "epics.csv").read_bytes())
    matching = guessed(table.columns, kinds.EPICS)
    assert (matching["owner"], matching["currency"]) == ("owner_user_id", "currency")


def test_an_empty_portfolio_has_every_file_with_its_columns(database, out):
    workspace_id, portfolio_id = a_portfolio(database)
    empty = object.__new__(Shop)
    empty.database, empty.workspace_id, empty.portfolio_id = database, workspace_id, portfolio_id
    empty.pack(out)
    assert read(out / "epics.csv") == []
    assert (out / "epics.csv").read_text("utf-8-sig").startswith("id,portfolio,")
    assert (out / "projects.csv").read_text("utf-8-sig").startswith("code,name,program,")


def test_a_zip_appears_only_when_all_of_it_is_there(shop, out):
    to = out / "shop.zip"
    with pytest.raises((DatabaseAway, DBAPIError)):
        shop.pack(to, seen=literal_column("no_such_column"))
    assert list(out.iterdir()) == []
