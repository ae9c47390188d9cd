"""The figures of governance, a line of words each; nothing of one that has nothing to say."""

from collections.abc import Sequence

from bot.slack.mrkdwn import words
from models.board.content import OnTheirDates, OutcomesTold, ReadingTold, SlipTold
from models.flow.told import DecisionsTold, MoneyTold
from models.money import format_amount

FROM = "flow/governing"


def outcomes_line(told: OutcomesTold, read: Sequence[ReadingTold] = ()) -> str:
    """How many reached their target, and beside it what was read."""
    if not (told.told or told.not_measured or read):
        return ""
    return words(FROM, "outcomes", told=told, read=read)


def decisions_line(told: DecisionsTold) -> str:
    return words(FROM, "decisions", told=told) if told.any else ""


def money_line(told: MoneyTold) -> str:
    """What moved, what is asked for and what came back, in short; and what was overspent."""
    parts = (
        (told.moved_minor, f"moved without a vote ({told.moved:,})"),
        (told.asked_minor, f"asked ({told.asked:,})"),
        (told.returned_minor, "returned by stops"),
    )
    said = [
        f"{format_amount(minor, told.currency, short=True)} {what}"
        for minor, what in parts
        if minor
    ]
    return words(FROM, "money", told=told, said=said) if said or told.overspent else ""


def projects_line(
    told: OnTheirDates, slip: SlipTold | None = None, waits_with_it: Sequence[str] = ()
) -> str:
    """How many milestones are on their date, and the one that is behind the most."""
    if not told.agreed:
        return ""
    return words(FROM, "projects", told=told, slip=slip, waits_with_it=waits_with_it)
