"""Who changed what, in words, for those who may know it."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.views.audit import log as audit_log
from bot.workflows.audit import log as auditing
from bot.workflows.audit.deeds import Query
from bot.workflows.epics.finding import epic_by_id
from bot.workflows.epics.moving import move
from bot.workflows.people.workspaces import grant_admin
from models.audit.audit import Act
from models.audit.trail import note
from models.board.digest import Subscription
from models.epics.answer import Answer, AnswerKind
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import CircleMember, Epic
from models.epics.limit import WipLimit
from models.people.handover import Departure, Handover
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
            return lines(auditing.deeds_of_epic(session, epic, Query(**query)))

    def of_all(self, viewer=ANA, **query):
        with self.database.read() as session:
            return lines(auditing.deeds_of_all(session, self.workspace_id, viewer, Query(**query)))


def lines(page):
    """What each line says after its moment; Slack takes all of it."""
    answer = audit_log.audit_log(page)
    blocks = list(answer.blocks)
    assert [str(p) for p in check_message({"text": answer.text, "blocks": blocks})] == []
    texts = [read(b["text"]["text"]) for b in blocks if b["type"] == "section"]
    return [text.partition(" · ")[2] or text for text in texts]


@pytest.fixture
def shop(database):
    return Shop(database)


def test_a_move_tells_from_where_to_where_by_what_and_why(shop):
    shop.moves(BEN, "reviewing", reason="worth a look")
    assert shop.of_epic() == [
        "Ben moved it from Funnel to Reviewing by its card: worth a look.",
        "Ana proposed it in Payments: “Pay by bank transfer” by a form.",
    ]


def test_a_change_of_several_answers_is_one_sentence_with_money_days_and_figures(shop):
    shop.change(ANA, target=Decimal(65), mvp_cost_minor=5_000_000)
    shop.change(ANA, target=Decimal(68), mvp_cost_minor=6_000_000, target_on=date(2026, 9, 30))
    shop.change(ANA, target_on=None, owner_user_id=BEN)
    assert shop.of_epic()[:3] == [
        "Ana changed the owner from Ana to Ben and took away the day it is to be reached "
        "(30 Sep 2026) by a form.",
        "Ana changed the target from 65 to 68 and the cost of the MVP from €50k to €60k and "
        "set the day it is to be reached to 30 Sep 2026 by a form.",
        "Ana set the target to 65 and the cost of the MVP to €50k by a form.",
    ]


def test_answers_blockings_circles_and_streams_have_their_own_words(shop):
    epic = {"epic_id": shop.epic_id, "at": MONDAY}
    shop.add(BEN, Answer, kind=AnswerKind.NOT_NOW, words="after the summer", by_user_id=BEN, **epic)
    shop.add(BEN, Blocking, reason="waits for the bank", by_user_id=BEN, **epic)
    with shop.acting(ANA, "button unblock") as session:
        blocking = session.scalars(select(Blocking)).one()
        blocking.ended_at, blocking.ended_by = shop.at, ANA
    shop.add(ANA, CircleMember, user_id=CLEO, added_by=ANA, **epic)
    shop.change(ANA, restricted=True)
    with shop.acting(ANA, "form edit_epic") as session:
        session.get_one(Epic, shop.epic_id).value_stream_id = 2
        session.add(
            StreamMove(
                workspace_id=shop.workspace_id,
                from_stream_id=1,
                to_stream_id=2,
                reason="fits",
                **epic,
            )
        )
    assert shop.of_epic(ANA)[:6] == [
        "Ana moved it from the stream Payments to Onboarding by a form: fits.",
        "Ana let only its circle see it by a form.",
        "Ana let Cleo see it by a form.",
        "Ana said that it is not blocked any more by a button.",
        "Ben said what blocks it by a form: waits for the bank.",
        "Ben answered not now to it by a form: after the summer.",
    ]


def test_the_whole_log_names_the_epic_and_what_else_was_changed(shop):
    shop.moves(BEN, "reviewing", source="/epic move")
    shop.add(ANA, Theme, portfolio_id=shop.portfolio_id, name="Fewer <abandoned> purchases")
    shop.add(ANA, RoleGrant, portfolio_id=shop.portfolio_id, role=Role.COUNCIL, user_id=CLEO)
    shop.add(ANA, WipLimit, portfolio_id=shop.portfolio_id, value_stream_id=1, state_id=2, most=5)
    with shop.acting(ANA, "form settings") as session:
        session.get_one(Portfolio, shop.portfolio_id).time_zone = "Europe/Paris"
    with shop.acting(None, "tack import epics") as session:
        note(session, shop.workspace_id, "imports", 1, {"epics": 736, "transitions": 3021})
    with shop.acting(ANA, "form theme") as session:
        session.delete(session.scalars(select(Theme)).one())
    assert shop.of_all()[:7] == [
        "Ana removed the theme Fewer &lt;abandoned&gt; purchases by a form.",
        "Someone at the command line brought in 736 epics and 3,021 transitions from files "
        "with tack import epics.",
        "Ana changed the portfolio Shop: the time zone from Europe/Berlin to Europe/Paris "
        "by a form.",
        "Ana set a limit of 5 for Payments, Reviewing by a form.",
        "Ana gave Cleo the role council in Shop by a form.",
        "Ana added the theme Fewer &lt;abandoned&gt; purchases by a form.",
        "Ben moved PAY-1 Pay by bank transfer from Funnel to Reviewing with /epic move.",
    ]


def test_an_import_tells_what_came_and_what_did_not_in_words(shop):
    counts = {"projects": 1, "project_shares": 2, "programs": 0, "project_snapshots": 1727}
    with shop.acting(ANA, "/portfolio import") as session:
        note(session, shop.workspace_id, "imports", 1, {**counts, "rows given back": 1})
    with shop.acting(ANA, "/portfolio import") as session:
        note(session, shop.workspace_id, "imports", 1, {"projects": 0, "rows known before": 50})
    assert shop.of_all()[:2] == [
        "Ana brought in nothing new from files (50 rows known before) with /portfolio import.",
        "Ana brought in 1 project and 1,727 snapshots from files (1 row given back) "
        "with /portfolio import.",
    ]


def test_rows_added_alike_are_told_together(shop):
    with shop.acting(ANA, "form themes") as session:
        for name in ("A", "B", "C"):
            session.add(
                Theme(workspace_id=shop.workspace_id, portfolio_id=shop.portfolio_id, name=name)
            )
    assert shop.of_all()[0] == "Ana added the themes A, B and C by a form."


def test_a_changed_limit_says_of_what_it_is(shop):
    shop.add(ANA, WipLimit, portfolio_id=shop.portfolio_id, value_stream_id=1, state_id=2, most=5)
    with shop.acting(BEN, "form limit") as session:
        session.scalars(select(WipLimit)).one().most = 4
    with shop.acting(BEN, "form state") as session:
        note(session, shop.workspace_id, "columns", 5, {"two_columns": True, "epics": 3})
    assert shop.of_all()[:2] == [
        "Ben let Implementing be shown as two columns by a form.",
        "Ben changed the limit for Payments, Reviewing from 5 to 4 by a form.",
    ]


def test_a_channel_and_a_person_are_named_as_slack_shows_them(shop):
    shop.add(
        ANA,
        Subscription,
        channel_id="C0PAY",
        portfolio_id=shop.portfolio_id,
        time_zone="UTC",
        next_at=MONDAY,
        subscribed_by=ANA,
        subscribed_at=MONDAY,
    )
    with shop.acting(BEN, "/flow digest") as session:
        session.scalars(select(Subscription)).one().paused_at = MONDAY
    shop.add(None, Departure, user_id=BEN, at=MONDAY)
    with shop.acting(None, "tack") as session:
        session.scalars(select(Departure)).one().returned_at = MONDAY
    assert shop.of_all()[:4] == [
        "Tack noted that Ben is back in Slack.",
        "Tack noted that Ben left Slack by a form.",
        "Ben changed the digest <#C0PAY>: set since when it is paused to Mon 18 May, 11:00 "
        "with /flow digest.",
        "Ana asked for a weekly digest in <#C0PAY> by a form.",
    ]


def test_what_is_gone_still_has_its_name(shop):
    shop.add(ANA, Theme, portfolio_id=shop.portfolio_id, name="Speed")
    shop.change(ANA, theme_id=1)
    shop.change(ANA, theme_id=None)
    with shop.acting(ANA, "form theme") as session:
        session.delete(session.scalars(select(Theme)).one())
    assert shop.of_epic()[:2] == [
        "Ana took away the theme (Speed) by a form.",
        "Ana set the theme to Speed by a form.",
    ]


def test_a_person_or_a_word_narrows_the_log(shop):
    shop.moves(BEN, "reviewing", reason="worth a 100% look")
    shop.change(ANA, title="Pay at once")
    assert shop.of_all(person=BEN) == [
        "Ben moved PAY-1 Pay at once from Funnel to Reviewing by its card: worth a 100% look."
    ]
    assert len(shop.of_all(word="100%")) == 1
    assert len(shop.of_all(word="pay-1")) == 3
    assert shop.of_all(word="nobody wrote this") == [
        "Nothing in the log fits “nobody wrote this”. What a file brought in is told as one "
        "import, without its rows. `/portfolio audit` alone shows the newest changes."
    ]


def test_nobody_is_counted(shop):
    shop.moves(BEN, "reviewing")
    with shop.database.read() as session:
        page = auditing.deeds_of_all(session, shop.workspace_id, ANA, Query(person=BEN))
    lead = audit_log.audit_log(page).blocks[0]["elements"][0]["text"]
    assert read(lead) == "The audit log, newest first · what Ben did"


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
    assert "Ben " not in said
    for words in ({"word": "secret"}, {"word": "PAY-1"}, {"word": "bank"}, {"person": BEN}):
        (nothing,) = shop.of_all(DANA, **words)
        assert nothing.startswith("Nothing in the log fits")
    assert shop.of_all(ANA)[0] == "Ana handed PAY-1 over from Ana to Ben by a form."
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
    assert shop.of_all(DANA, word="Hidden")[0].startswith("Nothing in the log fits")


def pages(shop, viewer=ANA, **query):
    """Every line of every page, by following Older to the end."""
    found, before = [], None
    for _ in range(60):
        with shop.database.read() as session:
            page = auditing.deeds_of_all(
                session, shop.workspace_id, viewer, Query(before=before, **query)
            )
        found.append(lines(page) if page.deeds else [])
        if page.older is None:
            return found
        before = page.older
    raise AssertionError("the pages do not end")


def test_every_deed_is_on_one_page_and_on_one_only(shop):
    for n in range(45):
        shop.change(ANA, title=f"Title {n}")
    told = pages(shop, word="Pay")
    assert [len(page) for page in told[:4]] == [10, 10, 10, 10]
    said = [line for page in told for line in page if "changed" in line]
    assert len(said) == len(set(said)) == 45
    assert "to “Title 44”" in said[0]


def test_a_deed_that_changed_very_much_is_one_line(shop):
    with shop.acting(ANA, "form themes") as session:
        for n in range(1_000):
            session.add(
                Theme(
                    workspace_id=shop.workspace_id,
                    portfolio_id=shop.portfolio_id,
                    name=f"Theme {n:04}",
                )
            )
    shop.change(ANA, title="After it")
    told = pages(shop)
    flat = [line for page in told for line in page]
    assert len([line for line in flat if "Theme 0" in line]) == 1
    assert flat[1].endswith("and changed more than is told here by a form.")
    assert flat[-1].startswith("Tack ")


def test_texts_of_any_kind_are_told_and_shortened(shop):
    shop.change(ANA, title="=cmd|' /C calc'!A0")
    shop.change(ANA, title="שלום <!channel> *bold* 🎉\nsecond line")
    shop.change(ANA, hypothesis="x" * 10_000)
    said = shop.of_epic()
    assert "<!channel>" not in str(said)
    assert "“=cmd|' /C calc'!A0”" in said[1]
    assert len(said[0]) < 400


def test_an_epic_of_which_the_log_says_nothing_says_so(shop):
    assert shop.of_epic(before=1) == ["There is nothing older."]
