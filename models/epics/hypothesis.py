"""The sentence an epic's answers add up to."""

from models.calendar import spell_day
from models.epics.epic import Epic
from models.epics.proposal import Proposal


def reads_as(idea: Epic | Proposal) -> str | None:
    """The whole sentence with the parts there are; None before it says what will move."""
    if not idea.indicator:
        return None
    figure, _, unit = idea.indicator.partition(",")
    percent = " %" if "%" in unit or "%" in figure else ""
    words = [f"We believe “{idea.title}”"]
    if idea.for_whom:
        words.append(f"for {_lower_first(idea.for_whom)}")
    words.append(f"will move {_lower_first(figure.strip())}")
    if idea.baseline is not None:
        words.append(f"from {idea.baseline:f}{percent}")
    if idea.target is not None:
        words.append(f"to {idea.target:f}{percent}")
    if idea.target_on is not None:
        words.append(f"by {spell_day(idea.target_on)}")
    sentence = " ".join(words) + "."
    if idea.kill_threshold:
        sentence += f" We stop if it is {idea.kill_threshold.strip().rstrip('.')}."
    return sentence


def _lower_first(text: str) -> str:
    """Lower the first letter, unless it begins a name in capitals such as "NPS"."""
    return text[0].lower() + text[1:] if text[1:2].islower() else text
