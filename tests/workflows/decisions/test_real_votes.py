"""Ninety-eight real decisions, put to the vote once more: opened, voted on and closed by the clock.

Who could vote, what they chose, and when it was opened and closed is as the record has it; late
ballots are marked there with the day on which they came.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.workflows.decisions.closing import close_due
from bot.workflows.decisions.opening.opening import open_about
from bot.workflows.decisions.voting import vote
from bot.workflows.keeping import Act
from models.audit import audit
from models.audit.trail import acting
from models.decisions.decision import About, Decision, Terms
from models.decisions.question import Asked
from models.decisions.votes import Closed
from models.driver.ending import say_now
from models.epics.epic import Epic
from tests.workflows.builders import BEN
from tests.workflows.decisions.builders import an_mvp

CHOICES = {"for": "yes", "against": "no", "abstain": "abstain"}
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Recorded:
    """A decision as it stands in the files, and each press with its moment, in order."""

    row: dict[str, str]
    electors: list[str]
    presses: list[tuple[datetime, str, str]]

    @property
    def passed(self):
        return self.row["outcome"] == "accepted"

    @property
    def opened_at(self):
        return midnight(self.row["opened_at"])

    @property
    def end_of_day(self):
        return midnight(self.row["closed_at"]) + DAY

    @property
    def after_the_last_ballot(self):
        return max(at for at, *_ in self.presses) + SECOND


def midnight(day):
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def moment(row, closed_on):
    """When a vote came: on the day that is noted, when it was committed, or on the last day."""
    if row["late_on"]:
        return midnight(row["late_on"]) + DAY / 2
    if row["recorded_at"][:10] <= closed_on:
        return datetime.fromisoformat(row["recorded_at"])
    return midnight(closed_on) + DAY / 2


@pytest.fixture(scope="module")
def recorded(real_data):
    folder = real_data / "openssl-votes"
    with (folder / "decisions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "votes.csv").open(newline="") as file:
        votes = list(csv.DictReader(file))
    found = []
    for row in rows:
        own = [each for each in votes if each["decision_id"] == row["id"]]
        presses = [
            (moment(each, row["closed_at"]), each["voter"], CHOICES[each["choice"]])
            for each in own
            if each["choice"] in CHOICES
        ]
        found.append(Recorded(row, [each["voter"] for each in own], sorted(presses)))
    return found


def decide(session, epic, each, closes_at):
    """Open it, let everybody press at their moment while the clock runs, and close it."""
    act = Act(session, epic.workspace_id, BEN, each.opened_at)
    with acting(session, audit.Act(BEN, "test", each.opened_at)):
        decision = open_about(
            act,
            About.of_epic(epic, each.opened_at),
            Asked.free(each.row["title"]),
            Terms(electors=each.electors, closes_at=closes_at),
            channel_id=None,
        )
    late = 0
    for at, voter, choice in each.presses:
        run_the_clock(session, decision, at)
        try:
            vote(session, epic.workspace_id, voter, decision.id, choice, partial(_same, at))
        except Closed:
            late += 1
        say_now(session)
    run_the_clock(session, decision, closes_at)
    return session.get_one(Decision, decision.id), late


def _same(at):
    return at


def run_the_clock(session, decision, now):
    with acting(session, audit.Act(None, "tack", now)):
        close_due(session, decision.id, now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the rule is not its own
@pytest.mark.parametrize(
    ("closes_at", "refused"),
    [
        (lambda each: each.end_of_day, 35),
        (lambda each: each.after_the_last_ballot, 0),
    ],
    ids=["at the end of the day", "after the last ballot"],
)
def test_ninety_eight_of_ninety_eight_end_as_the_record_says(
    database, recorded, closes_at, refused
):
    _, _, epic_id = an_mvp(database)
    ended, late = {}, 0
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        for each in recorded:
            assert len(each.electors) == int(each.row["eligible"])
            decision, came_late = decide(session, epic, each, closes_at(each))
            late += came_late
            assert decision.result.has_quorum
            ended[each.row["id"]] = decision
        passed = {id_: decision.outcome == "yes" for id_, decision in ended.items()}
        assert passed == {each.row["id"]: each.passed for each in recorded}
        assert (len(passed), sum(passed.values()), late) == (98, 92, refused)
        if not refused:
            ties = [
                d.result.votes for d in ended.values() if len(set(d.result.votes.values())) == 1
            ]
            assert sorted(map(dict, ties), key=str) == [{"yes": 2, "no": 2}, {"yes": 3, "no": 3}]
            for each in recorded:
                counted = [int(each.row[f"counted_{name}"]) for name in CHOICES]
                result = ended[each.row["id"]].result
                assert [*result.votes.values(), result.abstained] == counted
