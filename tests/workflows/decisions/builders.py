"""A portfolio with a council of three, and an epic that tests its MVP."""

import re
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from bot.workflows.decisions.closing import close_due
from bot.workflows.decisions.follow_up.announcing import announce_due
from bot.workflows.decisions.opening.opening import open_decision
from bot.workflows.decisions.voting import vote
from bot.workflows.epics.moving import move
from bot.workflows.keeping import Act
from models.audit import audit
from models.decisions.decision import Decision
from models.decisions.form import DecisionForm
from models.decisions.question import Question
from models.decisions.votes import NOTHING_SAID, Ballot
from models.epics.epic import Epic
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, WipLimit
from tests.once import made_once
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO, DANA, ELI = "U0CLEO", "U0DANA", "U0ELI"
COUNCIL = (BEN, CLEO, ELI)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEXT_MONDAY = date(2026, 5, 25)
CLOSES_AT = datetime(2026, 5, 25, 15, tzinfo=UTC)
"""17:00 in Berlin."""


def a_council(session, portfolio_id, *people, stand_in=False):
    portfolio = session.get_one(Portfolio, portfolio_id)
    for each in people:
        session.add(
            RoleGrant(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio_id,
                role=Role.COUNCIL,
                user_id=each,
                stand_in=stand_in,
                granted_at=MONDAY,
            )
        )


@made_once
def an_mvp(database, council=COUNCIL, channel="C0PORT", owner=ANA):
    """The ids of the workspace, the portfolio and the epic PAY-1, which tests its MVP."""
    workspace_id, portfolio_id = a_portfolio(database)
    with database.write() as session:
        session.get_one(Portfolio, portfolio_id).channel_id = channel
        a_council(session, portfolio_id, *council)
        epic = an_epic(session, workspace_id, 1)
        epic.owner_user_id = owner
        to = session.get_one(Portfolio, portfolio_id).state("implementing")
        move(session, workspace_id, BEN, epic.id, to.id, None, None, MONDAY)
    return workspace_id, portfolio_id, epic.id


def gets_ready(database, *titles, stream_id=1, at=MONDAY):
    """Epics that wait there in ready, the first the longest; gives their keys."""
    with database.write() as session:
        ready = session.scalars(select(Portfolio)).one().state("ready")
        keys = []
        for number, title in enumerate(titles):
            epic = an_epic(session, 1, stream_id, title)
            move(session, 1, BEN, epic.id, ready.id, None, None, at + number * HOUR)
            keys.append(epic.key)
        return keys


def limits(database, most, *, state=None, phase=None, stream_id=1):
    """Let no more stand there, or be in flight; of one stream or of the portfolio."""
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        limit = WipLimit(workspace_id=1, portfolio_id=portfolio.id, value_stream_id=stream_id)
        limit.state_id = portfolio.state(state).id if state else None
        limit.phase, limit.most = phase, most
        session.add(limit)


def opens(
    database,
    workspace_id=1,
    epic_id=1,
    *,
    by=ANA,
    at=MONDAY,
    closes_on=NEXT_MONDAY,
    question=Question.MVP,
    **more,
):
    """Open a decision about the epic; gives its id."""
    form = DecisionForm(closes_on=closes_on, **more)
    with database.write(audit.Act(by, "form open_decision", at)) as session:
        act = Act(session, workspace_id, by, at)
        return open_decision(act, epic_id, form, question=question).id


def votes(database, decision_id, who, choice, at=MONDAY + HOUR, workspace_id=1, said=NOTHING_SAID):
    with database.write(audit.Act(who, "button cast", at)) as session:
        return vote(session, workspace_id, who, decision_id, choice, lambda: at, said)


def closes(database, decision_id, at):
    """Have the clock do what is due to the decision."""
    with database.write(audit.Act(None, "tack", at)) as session:
        close_due(session, decision_id, at)
    return stored(database, decision_id)


def ends(database, decision_id, at):
    """The same until it has ended for all: extended where too few voted, told where it stops."""
    decision = closes(database, decision_id, at)
    if decision.is_open:
        decision = closes(database, decision_id, decision.closes_at)
    if decision.is_held:
        with database.write(audit.Act(None, "tack", decision.result_at)) as session:
            announce_due(session, decision_id, decision.result_at)
    return stored(database, decision_id)


def stored(database, decision_id=1):
    with database.read() as session:
        return session.get_one(Decision, decision_id)


OFFERED = re.compile(r'\{\\*"persevere.*?Stop\\*"\}|Persevere, pivot or stop\?')


def told_of_votes(text):
    """The text without the question and what it offers, which every surface may show."""
    assert OFFERED.search(text)
    return OFFERED.sub("", text)


def the_epic(database, epic_id=1):
    with database.read() as session:
        epic = session.get_one(Epic, epic_id)
        return epic.column_label


def ballots(database, decision_id=1):
    """Who chose what, in order."""
    here = select(Ballot).where(Ballot.decision_id == decision_id).order_by(Ballot.number)
    with database.read() as session:
        return [(each.user_id, each.choice) for each in session.scalars(here)]
