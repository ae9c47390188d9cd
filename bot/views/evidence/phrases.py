"""What is said of an epic's indicator and its evidence, on its card and on a ballot."""

from datetime import date
from decimal import Decimal
from typing import TypedDict

from bot.slack.blocks import Element
from bot.slack.mrkdwn import words
from bot.views.evidence.actions import AddEvidence, EvidenceShown
from models.budgets.spend import spent_share
from models.epics.epic import Epic
from models.epics.hypothesis import holds_when, named, read_stop_line
from models.evidence.known import Evidence, off_target, way_percent
from models.money import format_amount
from models.portfolio.policy import FRESH_DAYS

TEMPLATE = "evidence/evidence"


class ReadWith(TypedDict):
    """What readings are compared with."""

    baseline: Decimal | None
    target: Decimal | None
    target_on: date | None
    kill_threshold: str | None


def read_with(epic: Epic) -> ReadWith:
    """What the epic's readings are compared with."""
    return {
        "baseline": epic.baseline,
        "target": epic.target,
        "target_on": epic.target_on,
        "kill_threshold": epic.kill_threshold,
    }


def add_words(epic: Epic) -> str:
    """What the button is called that opens the form."""
    return "Add a reading" if epic.indicator else "Add evidence"


def add_button(epic: Epic) -> Element:
    """Opens the form that adds to the epic's evidence."""
    text = add_words(epic)
    return AddEvidence(epic=epic.id).button(text, aloud=f"{text}: {epic.key}")


def all_button(epic: Epic) -> Element:
    """Leads to all evidence of the epic."""
    to = EvidenceShown(epic=epic.id)
    return to.button("All evidence", aloud=f"All evidence: {epic.key}")


def indicator_words(
    indicator: str,
    known: Evidence,
    *,
    baseline: Decimal | None,
    target: Decimal | None,
    target_on: date | None,
    kill_threshold: str | None,
    reads: bool = True,
    is_tested: bool = True,
    says_way: bool = False,
) -> str:
    """The figure with its readings as bars, the last of them, and what it is compared with.

    Where nobody is expected to have `reads` it yet, it is not said that there is no reading; of
    what is not tested or delivered any more, not that it is off target. `says_way` has it say how
    far it has come from its baseline to its target.
    """
    figure, unit = named(indicator)
    last, line = known.last, read_stop_line(kill_threshold)
    return words(
        TEMPLATE,
        "indicator",
        figure=figure,
        unit=unit,
        bars=known.sparkline,
        last=last,
        last_is_old=last is not None and known.is_old(last.on),
        last_days=(known.today - last.on).days if last else 0,
        baseline=baseline,
        target=target,
        target_on=target_on,
        way=way_percent(baseline, target, last.value) if says_way and last else None,
        behind=off_target(known, baseline, target, target_on) if is_tested else None,
        line=line,
        holds=holds_when(line, known.tested_on, target_on) if line else "",
        words=kill_threshold,
        reads=reads,
    )


def observed_words(known: Evidence, add: str = "Add evidence") -> str:
    """How many observations speak for it and against it, and how new the newest item is.

    `add` is the button that mends it where there is none.
    """
    return words(TEMPLATE, "observed", known=known, fresh=FRESH_DAYS, add=add)


def spent_words(
    known: Evidence, currency: str, mvp_cost: int | None, full_cost: int | None, *, in_full: bool
) -> str | None:
    """What was spent, and how much that is of the MVP's cost; None where nothing was booked.

    `in_full` holds from delivering on: it is compared with the full cost then. Amounts are in
    minor units.
    """
    spent, planned = known.spent_minor, full_cost if in_full else mvp_cost
    if spent is None:
        return None
    left = (planned or 0) - spent
    return words(
        TEMPLATE,
        "spend",
        spent=format_amount(spent, currency, short=True),
        share=spent_share(spent, planned),
        left=left,
        apart=format_amount(abs(left), currency, short=True),
        of="the full cost" if in_full else "the MVP",
    )
