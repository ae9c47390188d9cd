"""To whom, to which value stream and to which project an epic belongs."""

import pytest

from models.epics.belonging import (
    LONGEST_REASON,
    LinkedElsewhere,
    OtherPortfolio,
    OwnedAlready,
    SameStream,
    StreamMove,
    UnknownStreamName,
    check_new_owner,
    link,
    stream_and_reason,
    unlink,
)
from models.projects.project import Project
from tests.views.builders import ANA, BEN, CLEO, MONDAY, STREAMS, a_portfolio, an_epic


def a_project(code="PRJ-1", portfolio_id=1):
    return Project(portfolio_id=portfolio_id, code=code, name="Renewal")


# Owners


def test_what_someone_owns_is_not_handed_to_them():
    check_new_owner(an_epic(), CLEO)
    with pytest.raises(OwnedAlready, match="PAY-12 is already theirs"):
        check_new_owner(an_epic(), ANA)


# Value streams


def test_an_epic_goes_to_another_stream_and_keeps_its_key():
    epic = an_epic()
    left, to = epic.portfolio.value_streams[:2]
    move = StreamMove.of(epic, to, BEN, " It fits there ", MONDAY)
    assert (epic.value_stream, epic.key, epic.version) == (to, "PAY-12", 2)
    assert (move.from_stream, move.to_stream, move.epic_id) == (left, to, 12)
    assert (move.by_user_id, move.reason, move.at) == (BEN, "It fits there", MONDAY)


def test_a_reason_of_blanks_is_none():
    epic = an_epic()
    assert StreamMove.of(epic, epic.portfolio.value_streams[1], BEN, " ", MONDAY).reason is None


def test_it_does_not_go_to_the_stream_it_is_in():
    epic = an_epic()
    with pytest.raises(SameStream, match="PAY-12 is already in Payments"):
        StreamMove.of(epic, epic.value_stream, BEN, None, MONDAY)
    assert epic.version == 1


@pytest.mark.parametrize(
    ("typed", "name", "reason"),
    [
        ("onboarding", "Onboarding", None),
        ("ONB it fits there", "Onboarding", "it fits there"),
        ("Onboarding Abroad it\0 fits", "Onboarding Abroad", "it fits"),
        ("PAY", "Payments", None),
        ("PLT " + "x" * 600, "Platform", "x" * LONGEST_REASON),
    ],
)
def test_a_stream_is_named_first_and_the_longest_name_is_meant(typed, name, reason):
    streams = [*STREAMS, ("Onboarding Abroad", "ABR", CLEO, None)]
    stream, said = stream_and_reason(an_epic(portfolio=a_portfolio(streams)), typed)
    assert (stream.name, said) == (name, reason)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "Onbording it fits",
            "There is no value stream “Onbording it fits” here. Did you mean Onboarding? "
            "The others are Onboarding (ONB)",
        ),
        ("", "To which one? The others are Onboarding (ONB)"),
        ("Plat", "There is no value stream “Plat” here. The others are Onboarding (ONB)"),
    ],
)
def test_another_word_is_answered_with_the_other_open_streams(typed, said):
    portfolio = a_portfolio()
    portfolio.value_streams[2].ended_at = MONDAY
    with pytest.raises(UnknownStreamName) as refused:
        stream_and_reason(an_epic(portfolio=portfolio), typed)
    assert refused.value.sentence == f"{said}."


def test_where_there_is_one_stream_there_is_no_other():
    with pytest.raises(
        UnknownStreamName, match=r"To which one\? There is no other value stream here"
    ):
        stream_and_reason(an_epic(portfolio=a_portfolio(STREAMS[:1])), "")


# Projects


def test_an_epic_points_to_one_project_until_it_is_unlinked():
    epic, project = an_epic(portfolio_id=1), a_project()
    link(epic, project)
    link(epic, project)  # as it was
    assert (epic.project, epic.version) == (project, 2)
    with pytest.raises(LinkedElsewhere) as refused:
        link(epic, a_project("PRJ-2"))
    assert refused.value.sentence == "PAY-12 is already linked to PRJ-1. Unlink it there first."
    assert not unlink(epic, a_project("PRJ-2"))
    assert unlink(epic, project)
    assert (epic.project, epic.version) == (None, 3)


def test_an_epic_and_its_project_are_of_one_portfolio():
    with pytest.raises(
        OtherPortfolio, match="PAY-12 is in a different portfolio from this project"
    ):
        link(an_epic(portfolio_id=1), a_project(portfolio_id=2))
