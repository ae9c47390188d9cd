"""`tack import decisions`, as someone types it; with real ones where they are at hand."""

import json

from sqlalchemy import func, select

from models.audit.audit import AuditEvent
from models.decisions.register.past import PastDecision
from models.epics.epic import Epic


def test_the_real_votes_agree_with_their_record_and_come_in_once(tack, real_data, database):
    folder = real_data / "openssl-votes"
    files = ("--file", folder / "decisions.csv", "--votes", folder / "votes.csv")
    done = tack("import", "decisions", *files, "--portfolio", "OpenSSL", "--create", "--json")
    whole = {"came_in": 98, "agree": 98, "disagree": [], "without_figures": 0}
    assert json.loads(done.stdout) == whole, done.stderr
    again = tack("import", "decisions", *files, "--portfolio", "OpenSSL")
    assert again.stderr.splitlines()[:2] == [
        "OpenSSL: 0 decisions imported, 98 decisions already known.",
        "  recounted: 98 of 98 outcomes agree",
    ]
    with database.read() as session:
        tie = session.scalars(
            select(PastDecision).where(
                PastDecision.source_id == "OTC-20220726-deprecate-long-add-notes"
            )
        ).one()
        assert (tie.votes_for, tie.votes_against, tie.abstained, tie.outcome) == (
            3,
            3,
            4,
            "rejected",
        )
        assert f"{tie.closed_at:%Y-%m-%d}" == "2022-08-02"
        assert len(tie.choices) == tie.eligible == 10
        assert session.scalar(select(func.count(PastDecision.id))) == 98
    assert tack("audit", "verify").returncode == 0


def test_the_real_gates_come_in_without_figures_linked_to_their_epics(tack, real_data, database):
    folder = real_data / "kubernetes-keps"
    gates = (
        "import",
        "decisions",
        "--file",
        folder / "decisions.csv",
        "--portfolio",
        "K8s",
        "--create",
    )
    first = tack(*gates, "--json")
    told = {"came_in": 870, "agree": 0, "disagree": [], "without_figures": 870}
    assert json.loads(first.stdout) == told, first.stderr
    histories = [
        word
        for name in ("items.csv", "transitions.csv", "mapping.json")
        for word in (f"--{name.split('.')[0]}", folder / name)
    ]
    tack("import", "epics", *histories, "--portfolio", "K8s", "--create")
    assert "  linked to their epics, which were imported since: 869" in tack(*gates).stderr
    with database.read() as session:
        unlinked = select(func.count(PastDecision.id)).where(PastDecision.epic_id.is_(None))
        assert session.scalar(unlinked) == 1  # which names no item
        gate = select(PastDecision.title, PastDecision.question, Epic.source_id)
        gate = gate.join(PastDecision.epic).where(PastDecision.source_id == "PRR-1040-beta")
        assert session.execute(gate).one() == ("KEP-1040 beta", "beta", "KEP-1040")
        imports = select(AuditEvent.after).where(AuditEvent.noun == "imports")
        told = [json.loads(each) for each in session.scalars(imports)]
        counts = [each["past_decisions"] for each in told if "past_decisions" in each]
        assert counts == [870, 0]


def test_bad_rows_are_named_by_file_and_line_and_nothing_comes_in(tack, database, tmp_path):
    file, votes = tmp_path / "d.csv", tmp_path / "v.csv"
    file.write_text("id,title,closed_at,for,against,eligible,outcome\nA,T,2026-01-05,6,1,5,yes\n")
    votes.write_text("decision_id,voter,choice\nB,v1,for\n")
    files = ("--file", file, "--votes", votes)
    done = tack("import", "decisions", *files, "--portfolio", "Shop", "--create")
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [
            "2 rows cannot be taken, so nothing was imported.",
            "  d.csv, line 2: it has 7 votes, but only 5 could vote",
            "  v.csv, line 2: there is no decision B in the file of decisions",
        ],
    )
    with database.read() as session:
        assert session.scalar(select(func.count(PastDecision.id))) == 0
