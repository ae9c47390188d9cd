"""Who changed what: what one act did as one change, for those who may know it, page by page."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.views.audit import log as audit_log
from bot.workflows.audit import log as auditing
from bot.workflows.audit.log import Query
from bot.workflows.epics.finding import epic_by_id
from bot.workflows.epics.moving import move
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import Act
from models.audit.trail import note
from models.epics.epic import Epic
from models.epics.limit import WipLimit
from models.people.handover import Handover
from models.people.role import NotAllowed, Role, RoleGrant
from models.portfolio.portfolio import Portfolio
from models.themes.theme import Theme
from sandbox.blockkit import check_message
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, DANA, ELI = "U0CLEO", "U0DANA", "U0ELI"
NAMES = {ANA: "Ana", BEN: "Ben", CLEO: "Cleo", DANA: "Dana", ELI: "Eli"}


def read(text):
    """The text as it is read: dates spelled, people by name, no marks."""
    text = re.sub(r"<!date\^\d+\^[^|]+\|([^>]+)>", r"\1", text)
    return re.sub(r"<@(\w+)>", lambda found: NAMES[found[1]], text).replace("*", "")


class Shop:
    """A portfolio in which Ana is an admin and Dana finance, and epic PAY-1 that Ana proposed."""

    def __init__(self, database):
        self.database = database
        self.workspace_id, self.portfolio_id = a_portfolio(database)
        self.at = MONDAY
        with database.write() as session:
            grant_admin(session, self.workspace_id, ANA, None, MONDAY)
            session.add(
                RoleGrant(
                    workspace_id=self.workspace_id,
                    role=Role.FINANCE,
                    portfolio_id=self.portfolio_id,
                    user_id=DANA,
                )
            )
        with self.acting(ANA, "form propose_epic") as session:
            self.epic_id = an_epic(session, self.workspace_id, 1).id

    def acting(self, who, source):
        """One transaction of someone's, a minute after the one before."""
        self.at += timedelta(minutes=1)
        return self.database.write(Act(who, source, self.at))

    def add(self, who, noun, **values):
        with self.acting(who, "form it") as session:
            session.add(noun(workspace_id=self.workspace_id, **values))

    def moves(self, who, to, source="button move_epic", reason=None):
        with self.acting(who, source) as session:
            state = session.get_one(Portfolio, self.portfolio_id).state(to)
            move(session, self.workspace_id, who, self.epic_id, state.id, None, reason, self.at)

    def change(self, who, **values):
        with self.acting(who, "form edit_epic") as session:
            epic = session.get_one(Epic, self.epic_id)
            for name, value in values.items():
                setattr(epic, name, value)

    def of_epic(self, viewer=BEN, **query):
        with self.database.read() as session:
            epic = epic_by_id(session, self.workspace_id, self.epic_id, viewer)
            return lines(auditing.log_of_epic(session, epic, Query(**query)))

    def of_all(self, viewer=ANA, **query):
        with self.database.read() as session:
            return lines(auditing.log_of_all(session, self.workspace_id, viewer, Query(**query)))


def lines(page):
    """What each line says, but when; Slack takes all of it."""
    answer = audit_log.audit_log(page)
    blocks = list(answer.blocks)
    assert [str(p) for p in check_message({"text": answer.text, "blocks": blocks})] == []
    texts = [read(b["text"]["text"]) for b in blocks if b["type"] == "section"]
    return [re.sub(r" · Mon 18 May, 11:\d\d", "", text) for text in texts]


@pytest.fixture
def shop(database):
    return Shop(database)


def test_all_that_an_act_did_to_an_epic_is_one_change(shop):
    shop.moves(BEN, "reviewing", reason="worth a look")
    assert shop.of_epic() == [
        "Ben · state: Funnel → Reviewing · reason: “worth a look”",
        "Ana · proposed · title: “Pay by bank transfer” · state: Funnel · value stream: Payments · "
        "proposed by: Ana · owner: Ana · type: business · hypothesis: “It helps.”",
    ]
    assert shop.of_all()[0] == (
        "Ben · PAY-1 Pay by bank transfer · state: Funnel → Reviewing · reason: “worth a look”"
    )


def test_a_limit_is_called_by_where_it_is_also_when_it_is_gone(shop):
    shop.add(ANA, WipLimit, portfolio_id=shop.portfolio_id, value_stream_id=1, state_id=2, most=5)
    with shop.acting(BEN, "form limit") as session:
        session.scalars(select(WipLimit)).one().most = 4
    told = shop.of_all()[0]
    with shop.acting(BEN, "form limit") as session:
        session.delete(session.scalars(select(WipLimit)).one())
    assert told == shop.of_all()[1] == "Ben · limit Shop, Payments, Reviewing · most epics: 5 → 4"


def test_what_is_gone_still_has_its_name(shop):
    shop.add(ANA, Theme, portfolio_id=shop.portfolio_id, name="Speed")
    shop.change(ANA, theme_id=1)
    shop.change(ANA, theme_id=None)
    with shop.acting(ANA, "form theme") as session:
        session.delete(session.scalars(select(Theme)).one())
    assert shop.of_epic()[:2] == ["Ana · theme: Speed → none", "Ana · theme: none → Speed"]


def test_a_person_or_a_word_narrows_the_log(shop):
    shop.moves(BEN, "reviewing", reason="worth a 100% look")
    shop.change(ANA, title="Pay at once")
    shop.add(ANA, WipLimit, portfolio_id=shop.portfolio_id, value_stream_id=1, most=5)
    with shop.acting(None, "tack import epics") as session:
        note(session, shop.workspace_id, "imports", shop.portfolio_id, {"epics": 736})
    (moved,) = shop.of_all(person=BEN)
    assert (
        moved == "Ben · PAY-1 Pay at once · state: Funnel → Reviewing · reason: “worth a 100% look”"
    )
    assert shop.of_all(word="100%") == [moved]
    assert len(shop.of_all(word="pay-1")) == 3
    assert shop.of_all(word="limit")[0] == "Ana · limit Shop, Payments added · most epics: 5"
    assert shop.of_all(word="tack import") == [
        "command line (tack import epics) · import into Shop · epics: 736"
    ]
    assert shop.of_all(word="button")[0].startswith("Nothing in the log matches “button”.")


def test_only_admins_and_finance_read_the_whole_log(shop):
    assert shop.of_all(DANA)
    with pytest.raises(NotAllowed) as refused:
        shop.of_all(BEN)
    assert refused.value.sentence == "Only finance or an admin can read the whole audit log."
    assert refused.value.ask == (DANA, ANA)


def test_a_restricted_epic_is_told_of_to_its_circle_only(shop):
    shop.add(ANA, Theme, portfolio_id=shop.portfolio_id, name="Speed")
    shop.moves(BEN, "reviewing", reason="secret")
    shop.change(ANA, restricted=True)
    shop.add(
        ANA, Handover, from_user_id=ANA, to_user_id=BEN, by_user_id=ANA, at=MONDAY, handed=["PAY-1"]
    )
    said = str(shop.of_all(DANA))
    assert "Speed" in said
    assert "PAY-1" not in said
    assert not [each for each in shop.of_all(DANA) if each.startswith("Ben")]
    for words in ({"word": "secret"}, {"word": "PAY-1"}, {"word": "bank"}, {"person": BEN}):
        (nothing,) = shop.of_all(DANA, **words)
        assert nothing.startswith("Nothing in the log matches")
    assert shop.of_all(ANA)[0] == "Ana · handover · owner: Ana → Ben · handed over: PAY-1"
    assert "secret" in str(shop.of_all(ANA))


def test_the_log_of_a_portfolio_is_not_told_to_who_reads_that_of_another(shop):
    with shop.acting(ANA, "form setup") as session:
        other = Portfolio(
            workspace_id=shop.workspace_id,
            name="Elsewhere",
            currency="EUR",
            time_zone="UTC",
            created_at=MONDAY,
        )
        session.add(other)
        session.flush()
        session.add(Theme(workspace_id=shop.workspace_id, portfolio_id=other.id, name="Hidden"))
    assert "Elsewhere" in str(shop.of_all(ANA))
    assert "Elsewhere" not in str(shop.of_all(DANA))
    assert shop.of_all(DANA, word="Hidden")[0].startswith("Nothing in the log matches")


def pages(shop, viewer=ANA, **query):
    """Every line of every page, by following Older to the end."""
    found, before = [], None
    for _ in range(60):
        with shop.database.read() as session:
            page = auditing.log_of_all(
                session, shop.workspace_id, viewer, Query(before=before, **query)
            )
        found.append(lines(page) if page.changes else [])
        if page.older is None:
            return found
        before = page.older
    raise AssertionError("the pages do not end")


def test_every_change_is_on_one_page_and_on_one_only(shop):
    for n in range(65):
        shop.change(ANA, title=f"Title {n}")
    told = pages(shop, word="Pay")
    assert [len(page) for page in told[:2]] == [30, 30]
    said = [line for page in told for line in page if "→ “Title" in line]
    assert len(said) == len(set(said)) == 65
    assert "→ “Title 64”" in said[0]


def test_an_act_is_not_torn_by_the_end_of_a_page_unless_it_fills_one(shop):
    with shop.acting(ANA, "form themes") as session:
        for n in range(100):
            session.add(
                Theme(
                    workspace_id=shop.workspace_id,
                    portfolio_id=shop.portfolio_id,
                    name=f"Theme {n:03}",
                )
            )
    for n in range(28):
        shop.change(ANA, title=f"Title {n}")
    shop.moves(BEN, "reviewing")
    shop.moves(BEN, "analyzing")
    told = pages(shop)
    assert len(told[0]) == 28
    assert "Funnel → Reviewing" in told[0][1]
    said = [line for page in told for line in page if "theme Theme" in line]
    assert len(said) == len(set(said)) == 100
    assert told[-1][-1].startswith("Tack ")
