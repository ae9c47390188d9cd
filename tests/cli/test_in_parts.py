"""An import by parts: where something stops it, what came in before is said."""

import pytest

from bot.cli.data import CutShort, in_parts
from bot.workflows.files.importing.parts import Parts
from models.audit.audit import Act
from models.errors import DatabaseAway, Mistake
from models.people.workspace import Workspace
from tests.workflows.builders import MONDAY

AGAIN = "were imported; type the same command again for the rest. Nothing is imported twice."


def stopped_at(database, number, mistake):
    """What is said where that part of three cannot come in, and which came in."""

    def bring(session, part):
        if part.number == number:
            raise mistake
        session.add(Workspace(team_id=part.items[0]))

    came = []
    parts = Parts([f"T{number}{each}" for each in "ABC"], "actual", most=1)
    with pytest.raises(Mistake) as refused:
        came.extend(part.number for part in in_parts(database, act(), parts, bring))
    return refused.value, came


def act():
    return Act(None, "test", MONDAY)


def test_where_a_part_is_stopped_it_is_said_what_came_in_before_and_that_the_rest_follows(database):
    why = Mistake("Payments was merged.")
    told, came = stopped_at(database, 2, why)
    assert isinstance(told, CutShort)
    assert (told.sentence, came) == (f"Payments was merged. Before that, 1 actual {AGAIN}", [1])
    told, came = stopped_at(database, 3, DatabaseAway())
    said = f"The database did not answer in time. Before that, 2 actuals {AGAIN}"
    assert (told.sentence, came) == (said, [1, 2])


def test_where_nothing_came_in_it_is_the_mistake_itself(database):
    why = Mistake("Payments was merged.")
    assert stopped_at(database, 1, why) == (why, [])
