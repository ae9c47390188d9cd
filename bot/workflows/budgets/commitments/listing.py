"""What a stream's money is committed to, by epic and by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from bot.workflows.budgets import ledger
from bot.workflows.keeping import Act
from bot.workflows.paging import page_of
from bot.workflows.seeing import visible_to
from models.budgets.commitments.commitment import Commitment
from models.budgets.ledger import Entry, committed
from models.budgets.period import FundingPeriod
from models.epics.epic import Epic
from models.portfolio.portfolio import ValueStream

EPICS_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class CommittedEpic:
    """What is committed to an epic and left, what is promised, and what it lacks; minor units."""

    epic: Epic
    left: int
    promised: int
    lacks: int


@dataclass(frozen=True, slots=True)
class CommittedPage:
    """A page of the epics that a stream's money is committed to, the most first."""

    epics: Sequence[CommittedEpic]
    hidden: int
    """What is left for epics that the person may not see."""
    months: Mapping[date, int]
    """What is left of the capacity of each month, in their order."""
    number: int
    pages: int
    total: int


def committed_page(
    act: Act, stream: ValueStream, period: FundingPeriod, number: int
) -> CommittedPage:
    """What the stream commits in the period, and what its epics lack."""
    session, here = act.session, committed(stream.id)
    found = ledger.commitments_of(session, Entry.period_id == period.id)
    left = {purpose: minor for (_, account, purpose), minor in found.items() if account == here}
    of_epics = {purpose.epic_id: n for purpose, n in left.items() if purpose.epic_id is not None}
    theirs = (Commitment.promised_minor > 0, Commitment.uncovered_minor > 0)
    rows = (
        select(Epic, Commitment)
        .join(Commitment, Commitment.epic_id == Epic.id)
        .where(
            Epic.portfolio_id == stream.portfolio_id,
            or_(Epic.id.in_(of_epics), (Epic.value_stream_id == stream.id) & or_(*theirs)),
            visible_to(act.actor),
        )
    )
    lines = [
        CommittedEpic(epic, of_epics.get(epic.id, 0), its.promised_minor, its.lacks(period.id))
        for epic, its in session.execute(rows)
    ]
    lines.sort(key=lambda each: (-each.left, -each.promised, each.epic.id))
    number, pages = page_of(number, len(lines), EPICS_A_PAGE)
    months = {each.month: n for each, n in left.items() if each.month is not None}
    return CommittedPage(
        epics=lines[(number - 1) * EPICS_A_PAGE : number * EPICS_A_PAGE],
        hidden=sum(of_epics.values()) - sum(each.left for each in lines),
        months=dict(sorted(months.items())),
        number=number,
        pages=pages,
        total=len(lines),
    )
