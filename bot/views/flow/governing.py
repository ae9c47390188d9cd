"""The figures of governance, a line of words each; nothing of one that has nothing to say."""

from collections.abc import Sequence

from bot.slack.mrkdwn import words
from models.board.content import FrozenOutcomes, FrozenReading, FrozenSlip, OnTheirDates
from models.flow.frozen import FrozenDecisions, FrozenMoney
from models.money import format_amount

FROM = "flow/governing"


def outcomes_line(figures: FrozenOutcomes, read: Sequence[FrozenReading] = ()) -> str:
    """How many reached their target, and beside it what was read."""
    if not (figures.recorded or figures.not_measured or read):
        return ""
    return words(FROM, "outcomes", figures=figures, read=read)


def decisions_line(figures: FrozenDecisions, *, few: bool = False) -> str:
    """With few words not how many votes one person was asked for."""
    return words(FROM, "decisions", figures=figures, few=few) if figures.any else ""


def money_line(figures: FrozenMoney, *, few: bool = False) -> str:
    """What moved, what is asked for and what came back, in short; and what was overspent.

    With few words the streams that overspent are only counted.
    """
    parts = (
        (figures.moved_minor, f"moved without a vote ({figures.moved:,})"),
        (figures.asked_minor, f"asked ({figures.asked:,})"),
        (figures.returned_minor, "returned by stops"),
    )
    said = [
        f"{format_amount(minor, figures.currency, short=True)} {what}"
        for minor, what in parts
        if minor
    ]
    if not (said or figures.overspent):
        return ""
    return words(FROM, "money", figures=figures, said=said, few=few)


def projects_line(
    figures: OnTheirDates, slip: FrozenSlip | None = None, waits_with_it: Sequence[str] = ()
) -> str:
    """How many milestones are on their date, and the one that is behind the most."""
    if not figures.agreed:
        return ""
    return words(FROM, "projects", figures=figures, slip=slip, waits_with_it=waits_with_it)
