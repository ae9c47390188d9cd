"""What files of decisions of before come to, and what speaks against a row. No database."""

from datetime import UTC, datetime

import pytest

from models.files import kinds
from models.files.matching import guessed, matched
from models.files.plans.decisions import KnownEpic, plan_of_decisions
from models.files.table import read_table

PAY_1 = KnownEpic(11, "PAY-1", "jira", "J-77")
PAY_2 = KnownEpic(12, "PAY-2", None, None)


def read(text, kind):
    table = read_table(text.encode())
    good, bad = matched(table, guessed(table.columns, kind), kind, "EUR")
    assert bad == []
    return good


def plan(text, votes="", **more):
    cast = read(votes, kinds.VOTES) if votes else ()
    return plan_of_decisions(read(text, kinds.DECISIONS), cast, **more)


def test_columns_are_found_by_their_usual_names_and_counted_before_declared():
    planned = plan(
        "source,id,item_id,gate,decided_at,declared_for,declared_against,counted_for,"
        "counted_against,counted_abstain,eligible,outcome\n"
        "kep,PRR-1,J-77,beta,2020-12-22T02:34:25Z,5,4,4,5,0,9,rejected\n",
        epics=[PAY_1],
    )
    (row,) = planned.rows
    at = datetime(2020, 12, 22, 2, 34, 25, tzinfo=UTC)
    assert (row["title"], row["question"], row["epic_id"]) == ("J-77 beta", "beta", 11)
    assert (row["opened_at"], row["closed_at"]) == (at, at)
    assert [row[each] for each in ("votes_for", "votes_against", "eligible")] == [4, 5, 9]
    assert (planned.agree, planned.disagree, planned.unknown) == (["PRR-1"], [], [])


def test_what_agrees_what_does_not_and_what_has_no_figures():
    planned = plan(
        "id,title,date,for,against,eligible,threshold_percent,outcome\n"
        "A,Yes,2026-01-05,3,2,5,,accepted\n"
        "B,Two thirds,2026-01-05,3,2,5,67 %,accepted\n"
        "C,No figures,2026-01-05,,,,,accepted\n"
        "D,One figure,2026-01-05,3,,5,,accepted\n"
    )
    assert planned.against == {"decisions": {}, "votes": {}}
    assert (planned.agree, planned.disagree, planned.unknown) == (["A"], ["B"], ["C", "D"])
    assert [row["votes_for"] for row in planned.rows] == [3, 3, None, 3]


def test_votes_are_counted_where_the_file_has_no_figures_and_nobody_is_looked_up():
    planned = plan(
        "id,title,date,outcome\nA,Go on,2026-01-05,passed\n",
        "decision_id,voter,choice\nA,v1,+1\nA,v2,Yes\nA,v3,-1\nA,v4,not_voted\nA,v5,\n",
    )
    (row,) = planned.rows
    assert row["choices"] == {
        "v1": "for",
        "v2": "for",
        "v3": "against",
        "v4": "not voted",
        "v5": "not voted",
    }
    counted = [row[each] for each in ("votes_for", "votes_against", "abstained", "eligible")]
    assert (counted, planned.agree) == ([2, 1, 0, 5], ["A"])


def test_what_is_known_comes_in_no_more_and_is_counted_all_the_same():
    text = "source,id,title,date,for,against,outcome\ns,A,T,2026-01-05,1,0,passed\n"
    planned = plan(text, known={("s", "A"): None})
    assert (planned.rows, planned.known, planned.agree) == ([], 1, ["A"])
    assert len(plan(text, known={("other", "A"): None}).rows) == 1


def test_what_came_in_before_its_epic_is_linked_to_it_and_no_other_link_is_changed():
    text = "id,title,item,date,outcome\nA,T,PAY-2,2026-01-05,yes\nB,T,PAY-2,2026-01-05,yes\n"
    planned = plan(text, known={("", "A"): None, ("", "B"): 11}, epics=[PAY_2])
    assert (planned.rows, planned.links) == ([], {("", "A"): 12})


@pytest.mark.parametrize(
    ("item", "epic"),
    [("J-77", 11), ("pay 2", 12), ("PAY-2", 12), ("PAY-9", None), ("", None)],
)
def test_an_item_is_an_epic_by_its_source_id_or_its_key(item, epic):
    planned = plan(f"id,title,item,date,outcome\nA,T,{item},2026-01-05,yes\n", epics=[PAY_1, PAY_2])
    assert planned.rows[0]["epic_id"] == epic
    assert planned.unlinked == ([item] if item and epic is None else [])


def test_an_id_of_two_epics_is_that_of_the_same_source_or_of_none():
    epics = [PAY_1, KnownEpic(13, "PAY-3", "github", "J-77")]
    text = "source,id,title,item,date,outcome\n{},A,T,J-77,2026-01-05,yes\n"
    found = [
        plan(text.format(source), epics=epics).rows[0]["epic_id"] for source in ("github", "trello")
    ]
    assert found == [13, None]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,T,,2026-01-05,2026-01-04,,,,yes", "it closed before it was opened"),
        (
            "A,,,,2026-01-05,,,,yes",
            "title is empty, and there is no item or question to call it by",
        ),
        ("A,T,,,2026-01-05,2.5,0,5,yes", "for: 2.5 is not a number of people"),
        ("A,T,,,2026-01-05,-1,0,5,yes", "for: -1 is not a number of people"),
        ("A,T,,,2026-01-05,4,2,5,yes", "it has 6 votes, but only 5 could vote"),
        ("Z,T,,,2026-01-05,,,,yes", "Z is in the file twice, first in line 2"),
    ],
)
def test_what_speaks_against_a_decision_is_said_by_its_line(row, said):
    head = "id,title,item,opened_at,closed_at,for,against,eligible,outcome"
    planned = plan(f"{head}\nZ,T,,,2026-01-05,,,,yes\n{row}\n")
    assert planned.against["decisions"] == {3: said}
    assert len(planned.rows) == 1


def test_what_speaks_against_a_vote_is_said_by_its_line():
    planned = plan(
        "id,title,date,outcome\nA,T,2026-01-05,yes\n",
        "decision_id,voter,choice\nB,v1,for\nA,v2,perhaps\n",
    )
    assert planned.against["votes"] == {
        2: "there is no decision B in the file of decisions",
        3: "choice: “perhaps” is not one of for, against, abstain, not voted",
    }
