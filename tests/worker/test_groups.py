"""When the user groups that have a role are read again."""

from datetime import timedelta

import pytest

from bot.worker.groups import TRY_AGAIN_AFTER, read_groups
from bot.worker.jobs import Task, perform
from bot.workflows.people.granting import grant, place
from bot.workflows.people.user_groups import READ_EVERY
from bot.workflows.people.workspaces import grant_admin
from models.people.role import Role, SlackGroup

TAKES = timedelta(seconds=19)


class Slow:
    """Slack, whose answer takes its time; what is told is what was so at first."""

    def __init__(self, clock, error=None):
        self.clock = clock
        self.error = error

    def usergroups_list(self, **_):
        self.clock.advance(TAKES)
        if self.error:
            raise self.error
        return {"usergroups": [{"id": "S0COUNCIL", "handle": "council", "users": ["U0ANA"]}]}


@pytest.fixture
def council(shop):
    """A user group with a role; it is to be read."""
    ben = shop.slack.workspace.user_named("ben").id
    group = SlackGroup("S0COUNCIL", "council", "Council", ["U0ANA"])
    now = shop.slack.clock.now()
    with shop.database.write() as session:
        grant_admin(session, shop.workspace_id, ben, None, now)
        here = place(session, shop.workspace_id, None, shop.stream_id)
        grant(session, shop.workspace_id, ben, Role.COUNCIL, here, [], [group], False, now)


def read(shop, client):
    """Read what is to be read; the moment it was asked for."""
    [claim] = [claim for claim in shop.claim() if claim.kind == "groups"]
    asked_at = shop.slack.clock.now()
    perform(read_groups, Task(claim, shop.database, shop.slack.clock, client))
    return asked_at


@pytest.mark.parametrize(
    ("error", "after"), [(None, READ_EVERY), (TimeoutError(), TRY_AGAIN_AFTER)]
)
def test_the_next_reading_is_counted_from_the_question_not_from_its_answer(
    shop, council, error, after
):
    asked_at = read(shop, Slow(shop.slack.clock, error))
    shop.slack.clock.set(asked_at + after)
    assert [claim for claim in shop.claim() if claim.kind == "groups"]
