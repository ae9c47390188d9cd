"""What tables of epics and of projects come to, and what speaks against a row. No database."""

import pytest

from models.files import kinds
from models.files.matching import guessed, matched
from models.files.names import NoSuchStream, StreamNames
from models.files.plans.actuals import UnknownName
from models.files.plans.budgets import UnknownStream
from models.files.plans.epics import KnownEpics, plan_of_epics
from models.files.plans.projects import KnownProject, KnownProjects, Rows, plan_of_projects
from models.files.table import read_table
from models.portfolio.portfolio import Phase
from tests.views.builders import MONDAY, a_portfolio

KINDS = {
    "programs": kinds.PROGRAMS,
    "projects": kinds.PROJECTS,
    "milestones": kinds.MILESTONES,
    "snapshots": kinds.SNAPSHOTS,
}
NOTHING = KnownEpics({}, [], set())
NONE = KnownProjects()
ONE = KnownProjects(projects=[KnownProject("P1", "jira", "77", "One")])


def read(text, kind):
    table = read_table(text.encode())
    good, bad = matched(table, guessed(table.columns, kind), kind, "EUR")
    assert bad == []
    return good


def epics(text, known=NOTHING, portfolio=None, **more):
    return plan_of_epics(portfolio or a_portfolio(), known, read(text, kinds.EPICS), **more)


def projects(known=NONE, portfolio=None, may_found=True, **files):
    rows = Rows(**{part: read(text, KINDS[part]) for part, text in files.items()})
    planned = plan_of_projects(portfolio or a_portfolio(), known, rows, may_found=may_found)
    return planned, {part: said for part, said in planned.against.items() if said}


# epics


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("12,A,Payments,,", "“12” is not a key like PAY-12; leave it out and one is given"),
        (
            ",B,Payments,Doing,",
            "there is no state “Doing”; the states are Funnel, Reviewing, Analyzing, Ready, "
            "Implementing, Done, Stopped",
        ),
        (",C,Payments,,PRJ-9", "there is no project PRJ-9, neither here nor in the file"),
        (
            ",D,Claims,,",
            "there is no value stream Claims; choose from Payments, Onboarding, Platform",
        ),
    ],
)
def test_what_speaks_against_an_epic_is_said_by_its_line(row, said):
    text = f"key,title,value_stream,state,project\n{row}\n,E,PAY,,\n"
    planned = epics(text, may_found=False)
    assert planned.against == {2: said}
    assert [epic["title"] for epic in planned.epics] == ["E"]


def test_a_stream_that_is_not_there_is_made_with_the_letters_of_its_keys():
    planned = epics("key,title,value_stream\nCLM-3,B,Claims\nCLM-9,C,claims\nPAY-7,A,Payments\n")
    assert (planned.new_streams, planned.prefixes) == (["Claims"], {"Claims": "CLM"})
    assert planned.numbers == {"CLM": 9, "PAY": 7}


def test_an_epic_of_a_stream_that_was_merged_away_is_its_successors():
    portfolio = a_portfolio()
    payments, onboarding, _ = portfolio.value_streams
    payments.ended_at, payments.merged_into = MONDAY, onboarding
    planned = epics("title,value_stream\nA,Payments\nB,PAY\n", portfolio=portfolio)
    assert [epic["stream"] for epic in planned.epics] == ["Onboarding", "Onboarding"]


def test_a_state_is_named_by_its_name_its_label_or_its_column():
    rows = "title,value_stream,state,phase\nA,PAY,delivering,\nB,PAY,Implementing,delivering\n"
    planned = epics(rows + "C,PAY,ready,delivering\nD,PAY,,\n")
    assert [(epic["state"].name, epic["phase"]) for epic in planned.epics] == [
        ("implementing", Phase.DELIVERING),
        ("implementing", Phase.DELIVERING),
        ("ready", None),
        ("funnel", None),
    ]


def test_what_is_there_by_key_or_by_source_and_id_does_not_come_in_again():
    known = KnownEpics({}, [], {("", "PAY-1"), ("sheet", "1")})
    text = "key,title,value_stream,source,id\npay-1,A,PAY,,\n,B,PAY,sheet,1\n,C,PAY,sheet,2\n"
    planned = epics(text, known)
    assert (planned.known, [epic["title"] for epic in planned.epics]) == (2, ["C"])


def test_a_theme_is_found_whatever_its_case_or_is_new():
    known = KnownEpics({}, ["Fewer baskets left"], set())
    text = "title,value_stream,theme\nA,PAY,fewer Baskets left\nB,PAY,Growth\nC,PAY,growth\n"
    planned = epics(text, known)
    themes = [epic["theme"] for epic in planned.epics]
    assert themes == ["Fewer baskets left", "Growth", "Growth"]
    assert planned.new_themes == ["Growth"]


def test_people_are_found_by_the_names_that_are_given_and_others_are_told():
    text = "title,value_stream,owner\nA,PAY,Ana Alvarez\nB,PAY,<@U0BEN>\nC,PAY,Someone\n"
    planned = epics(text, people={"ana alvarez": "U0ANA"})
    assert [epic["owner_user_id"] for epic in planned.epics] == ["U0ANA", "U0BEN", None]
    assert planned.named_owners == {"Someone"}


# projects


def test_a_project_is_known_by_its_source_and_id_whatever_its_code():
    planned, against = projects(ONE, projects="code,name,source,source_id\nP9,One,jira,77\n")
    assert (planned.known, planned.rows["projects"], against) == ({"projects": 1}, [], {})


def test_another_project_under_a_code_that_is_taken_speaks_against_its_row():
    _, against = projects(ONE, projects="code,name,source,source_id\np1,Other,sap,1\n")
    said = "p1 is already the code of another project, “One”"
    assert against == {"projects": {2: said}}


def test_a_code_without_a_source_is_the_project_that_was_typed_in():
    typed = KnownProjects(projects=[KnownProject("PRJ-1", None, None, "By hand")])
    planned, _ = projects(typed, projects="code,name,source,source_id\nprj-1,Same,sap,1\n")
    assert planned.known == {"projects": 1}


def test_what_is_about_no_project_speaks_against_its_row():
    milestones = "project,code\nP1,M1\np2,M1\nP9,M1\n"
    planned, against = projects(ONE, projects="code\nP2\n", milestones=milestones)
    assert [row["project_code"] for row in planned.rows["milestones"]] == ["P1", "P2"]
    said = "there is no project P9, neither here nor in the file"
    assert against == {"milestones": {4: said}}


def test_where_no_stream_is_to_be_made_an_unknown_one_speaks_against_its_row():
    rows = "code,value_stream\nP2,payments\nP3,PAY\nP4,Claims\n"
    planned, against = projects(projects=rows, may_found=False)
    assert [row["stream_name"] for row in planned.rows["shares"]] == ["Payments", "Payments"]
    said = "there is no value stream Claims; choose from Payments, Onboarding, Platform"
    assert against == {"projects": {4: said}}


def test_a_share_may_name_a_stream_longer_than_is_kept():
    _, against = projects(projects=f"code,value_stream\nP1,{'x' * 81}\n")
    said = "value stream: up to 80 characters, this has 81"
    assert against == {"projects": {2: said}}


def test_a_program_that_a_project_names_comes_along_once():
    planned, _ = projects(projects="code,program\nP1,CORE\nP2,core\n")
    assert [row["code"] for row in planned.rows["programs"]] == ["CORE"]


def test_a_project_without_a_stream_is_the_one_it_was_reported_under_last():
    snapshots = "project,as_of,value_stream\nP1,2024-12-31,Onboarding\nP1,2025-12-31,Payments\n"
    planned, _ = projects(projects="code\nP1\n", snapshots=snapshots)
    (share,) = planned.rows["shares"]
    assert (share["stream_name"], share["percent"]) == ("Payments", 100)


def test_milestones_of_two_projects_keep_their_order():
    planned, _ = projects(projects="code\nA\nB\n", milestones="project,code\nB,Z\nA,2\nB,A\nA,1\n")
    places = [(row["project_code"], row["position"]) for row in planned.rows["milestones"]]
    assert places == [("B", 1), ("A", 1), ("B", 2), ("A", 2)]


def test_a_stream_is_one_however_its_name_is_composed():
    streams = StreamNames(None, may_found=True)
    spellings = ["Zürich", "Zu\u0308rich", "Zü\u200brich", "\u202azürich\u202c", " Zürich\u00a0"]
    assert {streams.named(each) for each in spellings} == {"Zürich"}
    assert streams.new == ["Zürich"]


@pytest.mark.parametrize("mistake", [NoSuchStream, UnknownName, UnknownStream])
def test_a_value_stream_of_a_row_that_is_mistyped_is_guessed(mistake):
    there = ["Payments", "Onboarding"]
    assert mistake("Paymnets", there).sentence.endswith(". Did you mean Payments?")
    assert "Did you mean" not in mistake("Claims", there).sentence
