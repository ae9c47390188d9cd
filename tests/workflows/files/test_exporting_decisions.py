"""Decisions in an export: sealed while they are open, whole when closed, and those of before."""

from datetime import UTC, datetime
from decimal import Decimal

from bot.workflows.decisions import standing_in
from bot.workflows.evidence import recording
from bot.workflows.files import exporting, packing
from bot.workflows.seeing import EVERYBODY, visible_to
from models.decisions.case import CaseNews, CasePlace
from models.decisions.decision import Decision
from models.decisions.delegation import StandInForm
from models.decisions.register.past import PastDecision
from models.decisions.thread import BallotQuestion, Failed, Objection, SetAsideForm
from models.decisions.votes import Said
from models.epics.epic import Epic
from models.evidence.form import EvidenceForm
from models.evidence.items import Stance
from models.files import kinds
from models.files.export import ExportFormat
from models.files.matching import guessed, matched
from models.files.plans.decisions import plan_of_decisions
from models.files.table import read_table
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    DANA,
    ELI,
    HOUR,
    an_mvp,
    closes,
    ends,
    opens,
    stored,
    votes,
)
from tests.workflows.decisions.test_rounds import does

AUGUST = datetime(2022, 8, 2, tzinfo=UTC)


def pack(database, to, form):
    with database.snapshot() as session:
        portfolio = session.get_one(Portfolio, 1)
        scope = exporting.Scope(portfolio, visible_to(EVERYBODY), with_audit=False)
        about = packing.About("Shop", MONDAY, restricted=False, audit_head=None)
        packing.pack(session, scope, about, form, to)


def document(database, to):
    pack(database, to, ExportFormat.MARKDOWN)
    return (to / "decisions.md").read_text(encoding="utf-8")


def a_past(session, **more):
    told = {
        "workspace_id": 1,
        "portfolio_id": 1,
        "source": "otc",
        "source_id": "OTC-1",
        "title": "Accept *all* of it,\nsaid <everyone>",
        "question": "release",
        "item": "PAY-1",
        "opened_at": AUGUST,
        "closed_at": AUGUST,
        "votes_for": 2,
        "votes_against": 0,
        "abstained": 1,
        "eligible": 4,
        "outcome": "accepted",
        "choices": {"v1": "for", "v2": "for", "v3": "abstain", "v4": "not voted"},
        "imported_at": MONDAY,
    }
    session.add(PastDecision(**(told | more)))


def test_the_document_holds_no_choice_of_an_open_decision_and_all_of_a_closed_one(
    database, tmp_path
):
    an_mvp(database)
    opens(database, because="It works")
    votes(database, 1, BEN, "pivot")
    votes(database, 1, CLEO, "pivot")
    beside = {"workspace_id": 1, "decision_id": 1}
    news = CaseNews(decided="go", on=MONDAY.date(), change="3.2", milestone="M3", late_days=14)
    with database.write() as session:
        decision = session.get_one(Decision, 1)
        more = {"news": news, "place": CasePlace(most=3, where="Testing the MVP")}
        decision.frozen_case = decision.case.model_copy(update=more).kept
        asked = {"asked_by": CLEO, "words": "Why *two* days?", "asked_at": MONDAY, "version": 1}
        question = BallotQuestion(**beside, **asked)
        question.give("The bank needs them", BEN, MONDAY)
        said = {
            "harm": "Refunds take longer",
            "remedy": "Begin without",
            "raised_at": MONDAY,
            "version": 1,
        }
        objection = Objection(**beside, user_id=BEN, **said)
        aside = SetAsideForm(failed=Failed.SAFE, because="It is a trial")
        objection.set_aside(aside, CLEO, MONDAY)
        session.add_all([question, objection])
    before = document(database, tmp_path)
    assert f"- {BEN}: has voted\n" in before
    assert "- Outcome: open\n" in before
    assert "ivot" not in before.replace("Persevere, pivot or stop?", "")
    ends(database, 1, CLOSES_AT)
    after = document(database, tmp_path)
    for line in (
        "# Decisions of Shop",
        "## D-1 · PAY-1 Pay by bank transfer",
        "Persevere, pivot or stop?",
        "- Outcome: Pivot, 2 to 0",
        "- Opened: 18 May 2026, 11:00 by U0ANA",
        "- Closed: 25 May 2026, 17:00",
        "- Rule: more than half; at least 2 of 3 must vote",
        "- Because: It works",
        "- What came of it: stopped as a pivot after 7 days in flight, and PAY-2 continues it "
        "in the funnel",
        "- Hypothesis: It helps.",
        "- Day since commitment: 0",
        "- Changed since go of 18 May 2026: +3.2",
        "- Late in its project: M3, 14 days",
        "- A stop frees: one place of 3 in Testing the MVP",
        f"- {BEN}: Pivot, 18 May 2026, 12:00",
        "- U0ELI: did not vote",
        f"- {BEN}, 18 May 2026, 11:00: Refunds take longer",
        "  - Would be removed by: Begin without",
        f"  - Set aside by {CLEO}, 18 May 2026, 11:00, because this is safe enough to try: "
        "It is a trial",
        f"- {CLEO}, 18 May 2026, 11:00: Why \\*two\\* days?",
        f"  - {BEN}, 18 May 2026, 11:00: The bank needs them",
    ):
        assert f"{line}\n" in after, line


def test_the_document_names_stand_ins_reasons_the_tie_breaker_and_what_each_round_came_to(
    database, tmp_path
):
    an_mvp(database, (BEN, CLEO, DANA, ELI))
    found = EvidenceForm(
        epic_id=1,
        value=Decimal("64.2"),
        words="11 of 14 would use it",
        stance=Stance.FOR,
        observed_on=MONDAY.date(),
    )
    with database.write() as session:
        session.get_one(Epic, 1).indicator = "Completion, %"
    does(database, ANA, recording.add, found, at=MONDAY)
    opens(database, confidence=70)
    given = StandInForm(stand_in_user_id=ANA)
    does(database, ELI, standing_in.stand_in, 1, given, at=MONDAY)
    does(database, ANA, standing_in.vote_for, ELI, 1, "stop", lambda: MONDAY, Said(reason="Dear"))
    for who, choice in ((BEN, "persevere"), (CLEO, "pivot"), (DANA, "persevere")):
        votes(database, 1, who, choice)
    closes(database, 1, CLOSES_AT)
    later = CLOSES_AT + HOUR
    does(database, ANA, standing_in.vote_for, ELI, 1, "stop", lambda: later, Said())
    votes(database, 1, ELI, "pivot", later, said=Said(reason="It is *too* dear"))
    votes(database, 1, BEN, "persevere", later)
    votes(database, 1, DANA, "persevere", later)
    assert "dear" not in document(database, tmp_path).lower()
    closes(database, 1, stored(database).closes_at)
    said = document(database, tmp_path)
    first, second = said.split("### Who was asked, round ")[1:]
    assert f"- {ELI}: Stop, 18 May 2026, 11:00, by {ANA}: Dear\n" in first
    assert f"- {CLEO}: Pivot, 18 May 2026, 12:00\n" in first
    assert f"- {ELI}: Pivot, 25 May 2026, 18:00: It is \\*too\\* dear\n" in second
    assert f"- {CLEO}: did not vote\n" in second
    for line in (
        f"- Tie-breaker: {BEN}",
        "- Sure of the target: 70 %",
        "- Reading: 64.2, 18 May 2026",
        "- Evidence: 1 for, 0 against",
        "- For: 11 of 14 would use it, 18 May 2026",
    ):
        assert f"{line}\n" in said, line


def test_the_document_holds_no_choice_before_the_result_of_a_stop_is_out(database, tmp_path):
    an_mvp(database)
    opens(database)
    for who in (BEN, CLEO):
        votes(database, 1, who, "stop")
    closes(database, 1, CLOSES_AT)
    said = document(database, tmp_path)
    assert "- Outcome: closed, and the result is not out yet\n" in said
    assert f"- {BEN}: has voted\n" in said
    assert "top" not in said.replace("Persevere, pivot or stop?", "")


def test_what_is_about_an_epic_that_is_not_seen_is_in_no_document(database, tmp_path):
    an_mvp(database)
    opens(database)
    with database.write() as session:
        a_past(session, epic_id=1)
        session.get_one(Epic, 1).restricted = True
    assert "No decision yet." in document(database, tmp_path)
    pack(database, tmp_path, ExportFormat.CSV)
    for name in ("decisions", "past_decisions", "past_votes"):
        assert len((tmp_path / f"{name}.csv").read_text().splitlines()) == 1


def test_decisions_of_before_go_out_as_they_came_in(database, tmp_path):
    an_mvp(database)
    with database.write() as session:
        a_past(session)
        a_past(session, source_id="OTC-2", votes_for=None, votes_against=None, choices=None)
    pack(database, tmp_path, ExportFormat.CSV)
    rows = []
    for name, kind in (("past_decisions", kinds.DECISIONS), ("past_votes", kinds.VOTES)):
        table = read_table((tmp_path / f"{name}.csv").read_bytes())
        good, bad = matched(table, guessed(table.columns, kind), kind, "EUR")
        assert bad == []
        rows.append(good)
    planned = plan_of_decisions(*rows)
    assert not any(planned.against.values())
    first, second = planned.rows
    assert first["choices"] == {"v1": "for", "v2": "for", "v3": "abstain", "v4": "not voted"}
    assert (first["votes_for"], first["eligible"], first["opened_at"]) == (2, 4, AUGUST)
    assert (first["item"], first["question"], second["votes_for"]) == ("PAY-1", "release", None)
    assert (planned.agree, planned.unknown) == (["OTC-1"], ["OTC-2"])
    said = document(database, tmp_path)
    assert "## OTC-1 · Accept \\*all\\* of it, said \\<everyone\\>\n" in said
    assert "- For, against, abstained: 2, 0, 1 of 4\n" in said
    assert "- v4: not voted\n" in said
