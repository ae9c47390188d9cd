"""Sealed until the close: no export and no log tells a choice, and then all of them do."""

import json

from sqlalchemy import func, select, true

from bot.views.audit.log import audit_log
from bot.workflows.audit.log import Query, log_of_epic
from bot.workflows.decisions import changing
from bot.workflows.files import exporting
from bot.workflows.keeping import Act
from models.audit.audit import AuditEvent
from models.decisions.ballots import HASHED
from models.decisions.form import WithdrawForm
from models.decisions.votes import Ballot, Said
from models.epics.epic import Epic
from models.files.sheet import as_cell
from models.portfolio.portfolio import Portfolio
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    HOUR,
    an_mvp,
    ballots,
    ends,
    opens,
    told_of_votes,
    votes,
)


def exported(database):
    """Everything there is to export, with who did what, by the name of its table."""
    with database.snapshot() as session:
        portfolio = session.get_one(Portfolio, 1)
        scope = exporting.Scope(portfolio, true(), with_audit=True)
        return {
            sheet.name: [[as_cell(cell) for cell in row] for row in sheet.rows]
            for sheet in exporting.sheets(session, scope)
        }


def test_an_export_tells_who_is_asked_and_no_choice_before_the_close(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "pivot")
    votes(database, 1, CLEO, "pivot")
    before = exported(database)
    assert "pivot" not in told_of_votes(json.dumps(before))
    assert (len(before["decisions"]), len(before["electors"]), before["ballots"]) == (1, 3, [])
    ends(database, 1, CLOSES_AT)
    after = exported(database)
    assert [row for row in after["ballots"] if "pivot" in row and BEN in row]
    assert len(after["ballots"]) == 2


def test_the_audit_log_says_that_it_was_opened_and_how_it_closed(database):
    an_mvp(database)
    opens(database)
    votes(database, 1, BEN, "stop")
    ends(database, 1, CLOSES_AT)
    with database.read() as session:
        page = log_of_epic(session, session.get_one(Epic, 1), Query())
        told = str(audit_log(page).blocks)
    assert "decision *D-1* opened" in told
    assert "decision *D-1* · ended: none → no quorum" in told
    assert "effect: none → “nothing moved”" in told


def test_reasons_rounds_and_stand_ins_are_sealed_until_the_close_and_for_ever_without_a_count(
    database,
):
    an_mvp(database)
    opens(database)
    said = Said(cast_by=ANA, reason="SEALED REASON", saw_up_to=77)
    votes(database, 1, BEN, "pivot", said=said)
    before = json.dumps(exported(database))
    assert "SEALED REASON" not in before
    assert "pivot" not in told_of_votes(before)
    with database.write() as session:
        act = Act(session, 1, ANA, MONDAY + HOUR)
        changing.withdraw(act, 1, 1, WithdrawForm(why="We know enough"))
    assert exported(database)["ballots"] == []
    opens(database)
    votes(database, 2, BEN, "pivot", said=said)
    ends(database, 2, CLOSES_AT)
    (told,) = exported(database)["ballots"]
    assert {"SEALED REASON", ANA, "77", "D-2"} <= set(told)


def events(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEvent))


def test_no_ballot_leaves_an_event_in_the_audit_log_however_it_is_written(database):
    an_mvp(database)
    opens(database)
    before = events(database)
    votes(database, 1, BEN, "pivot", said=Said(reason="SEALED REASON"))
    votes(database, 1, CLEO, "recused")
    assert events(database) == before
    with database.write() as session:
        cast = session.scalars(select(Ballot).where(Ballot.user_id == BEN)).one()
        copied = {name: getattr(cast, name) for name in (*HASHED, "workspace_id", "hash")}
        session.add(Ballot(**copied, decision_id=1, number=3))
    assert len(ballots(database)) == 3
    assert events(database) == before
