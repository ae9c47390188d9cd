"""What decisions commit to an epic, and what becomes of it. Whole minor units throughout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.budgets.ledger import Account, Move, Purpose, committed, free
from models.decisions.question import Choice, Question
from models.errors import Mistake
from models.portfolio.portfolio import Stage, ValueStream


class NothingUncovered(Mistake):
    """Covering an epic that lacks no money."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is no longer short of money.")


class NotThere(Mistake):
    """Covering an epic with more than its stream has available."""

    def __init__(self, key: str, stream: str, short: str) -> None:
        super().__init__(
            f"{stream} is {short} short of what {key} needs. /budget shift asks for it."
        )


class AskedAlready(Mistake):
    """A second request for what an epic lacks while the first is open."""

    def __init__(self, key: str, amount: str, giver: str) -> None:
        super().__init__(
            f"{amount} from {giver} is already asked for to cover {key}. /budget show has the "
            f"request."
        )


class Commitment(Base):
    """What was decided to be spent on an epic. How much of it is left is in the ledger."""

    unaudited_columns = frozenset({"asked_shift_id"})
    __tablename__ = "commitments"

    epic_id: Mapped[int] = mapped_column(ForeignKey("epics.id"), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"))
    decided_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What its decisions have committed in all."""
    promised_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What of its full cost is for the period after: listed, and in no ledger yet."""
    promised_period_id: Mapped[int | None]
    """The period in which it was promised."""
    uncovered_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What was committed where it came from, and its value stream has no money for."""
    asked_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"), index=True)
    """The last request for what it lacks, from its card or from where it is listed."""

    def decide(self, claim: "Claim", period_id: int) -> None:
        """Keep what a decision commits, and promises for the period after this one."""
        self.decided_minor += claim.commits
        self.promised_minor = claim.promised
        self.promised_period_id = period_id if claim.promised else None

    def lacks(self, period_id: int | None) -> int:
        """What is to be committed to it still: what is not covered, and once another period has
        begun what was promised for it.
        """
        due = self.promised_minor if self._is_due(period_id) else 0
        return self.uncovered_minor + due

    def cover(self, minor: int) -> None:
        """Lack nothing any more: so much is committed."""
        self.decided_minor += minor - self.uncovered_minor
        self.promised_minor -= minor - self.uncovered_minor
        self.uncovered_minor = 0

    def _is_due(self, period_id: int | None) -> bool:
        return period_id is not None and self.promised_period_id not in (None, period_id)

    def end(self) -> None:
        """Need no money any more."""
        self.decided_minor = self.promised_minor = self.uncovered_minor = 0


def commits_to_epics(stream: ValueStream) -> bool:
    """Whether decisions on its epics commit money; its capacity is committed otherwise."""
    return stream.stage is not Stage.CAPACITY_FUNDED


@dataclass(frozen=True, slots=True)
class Costs:
    """What an epic is to cost, and what was decided of it so far."""

    mvp: int | None
    full: int | None
    decided: int = 0

    @property
    def rest(self) -> int:
        """What persevering commits in all: the full cost less what go committed, or where that
        committed nothing less the cost of the MVP. 0 where the full cost is not known.
        """
        return 0 if self.full is None else max(0, self.full - (self.decided or self.mvp or 0))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a decision commits now, or gives back where below 0, and what it promises."""

    commits: int
    promised: int = 0

    def short(self, available: int) -> int:
        """How much is missing where a stream has so much available; 0 where nothing is."""
        return max(0, self.commits - available) if self.commits > 0 else 0


def claim_of(
    question: Question, outcome: str | None, costs: Costs, this_period: int | None = None
) -> Claim | None:
    """What a decision with this outcome commits; None where it is not about money.

    *Go* brings what is committed to the cost of the MVP, *not yet* gives it back; *persevere*
    commits the rest, or what of it falls into this period, and promises what is left of it.
    """
    if question is Question.GO and outcome == Choice.YES:
        return Claim(0 if costs.mvp is None else costs.mvp - costs.decided)
    if question is Question.GO and outcome == Choice.NO:
        return Claim(-costs.decided)
    if question is Question.MVP and outcome == Choice.PERSEVERE:
        now = costs.rest if this_period is None else min(this_period, costs.rest)
        return Claim(now, costs.rest - now)
    return None


def commit_move(stream_id: int, minor: int, purpose: Purpose) -> Move:
    """Keep what is free for the purpose."""
    return Move(free(stream_id), committed(stream_id), minor, purpose)


def release_moves(
    left: Mapping[tuple[Account, Purpose], int], most: int | None = None
) -> Sequence[Move]:
    """Give back what is left of commitments, in all no more than `most`."""
    moves = []
    for (account, purpose), minor in left.items():
        given = minor if most is None else min(minor, most)
        most = None if most is None else most - given
        assert account.stream_id is not None
        if given > 0:
            moves.append(Move(account, free(account.stream_id), given, purpose))
    return moves
