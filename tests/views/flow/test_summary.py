"""The figures that someone looks at alone, word for word."""

import pytest

from bot.slack.mrkdwn import words
from models.board.governance import Ended, Governance


def an_end(working_days, *, is_vote=True, is_lately=True):
    facts = {"has_case": True, "is_fresh": is_lately, "is_decided": True, "is_stop": False}
    return Ended(is_vote=is_vote, working_days=working_days, is_lately=is_lately, **facts)


def governance(*ended, **more):
    counts = {"open": 0, "oldest_days": 0, "days_before": None, "shifts": 0, "silent": 0}
    of = Governance(ended=ended, **(counts | more))
    return words("flow/summary", "governance", of=of).split("\n")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((2, 3, 9), "3 in 13 weeks (before: 0), half within 3 working days"),
        ((0, 0, 9), "3 in 13 weeks (before: 0), half on the same day"),
        ((1,), "1 in 13 weeks (before: 0)"),
        ((), "0 in 13 weeks (before: 0)"),
    ],
)
def test_how_long_decisions_take_is_told_of_three_or_more_those_by_one_person_apart(days, said):
    votes = governance(*map(an_end, days))
    assert votes[0] == f"*Votes* {said} · 0 open"
    alone = governance(*(an_end(each, is_vote=False) for each in days), open=2, oldest_days=4)
    assert alone[:2] == [
        "*Votes* 0 in 13 weeks (before: 0) · 2 open, the oldest for 4 days",
        f"*Decided by one person or in the room* {said}",
    ]


def test_evidence_stops_and_shifts_are_told_with_their_numbers():
    told = governance(an_end(3), an_end(3, is_lately=False), days_before=31, shifts=3, silent=2)
    assert told == [
        "*Votes* 1 in 13 weeks (before: 1); before Tack 31 · 0 open",
        "*Decided by one person or in the room* 0 in 13 weeks (before: 0)",
        "*Fresh evidence* 1 of 1 case had an item younger than 60 days, in 13 weeks",
        "*Stopped* 0 of 1 decision in 13 weeks",
        "*Shifts of money* 2 of 3 asked nobody, in 13 weeks",
    ]
