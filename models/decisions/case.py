"""The case as it was known when its decision was opened."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from models.calendar import days_between
from models.epics.epic import Epic
from models.epics.hypothesis import Span, read_stop_line, reads_as
from models.evidence.known import Evidence
from models.portfolio.portfolio import PHASE_LABELS, Phase


class CaseMoney(BaseModel):
    """What a decision on an epic does to the money of its value stream."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    year: str | None = None
    """Of the funding period; None where the stream has no budget, or commits nothing to epics."""
    available_minor: int = 0
    """What the stream has available before it."""
    commits_minor: int = 0
    """What going on commits."""
    promised_minor: int = 0
    """What of it is promised for the next period."""
    left_minor: int = 0
    """What is left of what was committed before, which a stop gives back."""

    @property
    def rest_minor(self) -> int:
        """What going on commits, in this period and the next."""
        return self.commits_minor + self.promised_minor

    @property
    def after_minor(self) -> int:
        """What the stream has available after it; below 0 where so much is short."""
        return self.available_minor - self.commits_minor


class CasePace(BaseModel):
    """What those that finished before say of how long an epic takes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line_day: int
    """By which 85 of 100 finish, counted from commitment."""
    most_on: date | None = None
    """By when 85 of 100 of those finished that took longer than it has; None where too few did."""
    longer: int = 0
    """How many those are."""


class CasePlace(BaseModel):
    """The place in its value stream that a stop frees."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    most: int
    """How many such places there are."""
    where: str | None = None
    """The column they are in; None for all in flight."""
    next_key: str | None = None
    """Who was first in line for it, of those everybody could see then; None where nobody was."""


class CaseNews(BaseModel):
    """What is new since the decision before, by which the epic went on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    decided: str
    """In words: "go", "persevere"."""
    on: date
    change: Decimal | None = None
    """By how much its figure has changed; None where that is not known."""
    milestone: str | None = None
    """The code of that milestone of its project that is late the most."""
    late_days: int = 0


class Case(BaseModel):
    """What the epic, or whatever it is about, said then; amounts in minor units of the currency.

    It is kept with the decision, so what is not in an older one is not known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    title: str
    value_stream: str = ""
    column: str = ""
    currency: str
    lines: tuple[str, ...] = ()
    """What is known of something that is no epic, a line each."""
    owner_user_id: str | None = None
    theme: str | None = None
    hypothesis: str | None = None
    sentence: str | None = None
    """All of the hypothesis in one sentence, where it says what will move."""
    indicator: str | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    target_on: date | None = None
    kill_threshold: str | None = None
    mvp_cost_minor: int | None = None
    full_cost_minor: int | None = None
    day: int | None = None
    """The day since it was committed, as on its card: 0 on that day itself."""
    pace: CasePace | None = None
    """None where too few have finished."""
    money: CaseMoney | None = None
    evidence: Evidence | None = None
    """None where none was kept yet, or of what is no epic."""
    news: CaseNews | None = None
    """None where nothing was decided before, or nothing that is told of is new."""
    place: CasePlace | None = None
    """None where its value stream has no limit there, or has more there than its limit."""

    @classmethod
    def of(cls, epic: Epic, at: datetime, evidence: Evidence | None = None) -> Self:
        zone, since = ZoneInfo(epic.portfolio.time_zone), epic.committed_at
        return cls(
            key=epic.key,
            title=epic.title,
            value_stream=epic.value_stream.name,
            column=epic.column_label,
            currency=epic.portfolio.currency,
            owner_user_id=epic.owner_user_id,
            theme=epic.theme.name if epic.theme else None,
            hypothesis=epic.hypothesis,
            sentence=reads_as(epic),
            indicator=epic.indicator,
            baseline=epic.baseline,
            target=epic.target,
            target_on=epic.target_on,
            kill_threshold=epic.kill_threshold,
            mvp_cost_minor=epic.mvp_cost_minor,
            full_cost_minor=epic.full_cost_minor,
            day=days_between(since, at, zone) if since else None,
            evidence=evidence,
        )

    @property
    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def tested_for(self) -> str | None:
        """How much of the time that its stop line gives the MVP was tested: "6 of 6 weeks".

        Once that is over "10 weeks"; None where it is not tested any more, where nothing was read
        since testing began, and before the first week, or whatever it is counted in, is over.
        """
        line, known = read_stop_line(self.kill_threshold), self.evidence
        if line is None or line.after is None or known is None or known.tested_on is None:
            return None
        done = line.after.whole(known.tested_on, known.today)
        is_read = known.last is not None and known.last.on >= known.tested_on
        if not is_read or done < 1 or self.column != PHASE_LABELS[Phase.TESTING]:
            return None
        span = line.after
        return f"{done} of {span}" if done <= span.count else str(Span(done, span.of))

    def change_since(self, before: "Case") -> Decimal | None:
        """By how much its figure has changed since an earlier case, or since its baseline where
        nothing was read by then; None where neither is known, or it is another figure."""
        last = self.evidence.last if self.evidence else None
        was = before.evidence.last if before.evidence else None
        since = was.value if was else self.baseline
        if last is None or since is None or self.indicator != before.indicator:
            return None
        return last.value - since
