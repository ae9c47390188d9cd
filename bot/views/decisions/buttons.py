"""What can be pressed on a ballot: choices, none before the others, and what else there is."""

from bot.slack.blocks import Block, Element, Option, actions, overflow
from bot.views.decisions.actions import (
    AskAgain,
    AskOnBallot,
    Cast,
    CastWithReason,
    ChangeWords,
    DecisionShown,
    ObjectTo,
    StandInForMe,
    Withdraw,
)
from bot.views.evidence.actions import EvidenceShown
from models.decisions.decision import Decision
from models.decisions.question import ABSTAINED, RECUSED, Choice

MENU = "ballot_menu"


def vote_buttons(
    decision: Decision, saw: int | None = None, user: str | None = None
) -> list[Element]:
    """One for each choice: the layout must not vote; `user` is for whom, where by a stand-in."""
    key = decision.case.key
    buttons = []
    for value, label in decision.offered.items():
        button = _press(decision, value, saw, user).button(label, aloud=f"{label}: {key}")
        buttons.append(_placed(button, value, user))
    return buttons


def on_ballot(decision: Decision, saw: int | None = None) -> Block:
    """The row beneath the case, the same for every reader."""
    ask = AskOnBallot(decision=decision.id).button("Ask a question")
    abstain = Cast(decision=decision.id, saw=saw).option(ABSTAINED.label)
    recuse = Cast(decision=decision.id, choice=RECUSED.value, saw=saw).option(RECUSED.label)
    menu = [
        abstain,
        recuse,
        StandInForMe(decision=decision.id).option("Stand in for me"),
        *_evidence(decision),
        DecisionShown(decision=decision.id).option("Read it all, change or withdraw"),
    ]
    return actions("vote", [*vote_buttons(decision, saw), ask, _menu(menu)])


def _evidence(decision: Decision) -> list[Option]:
    """Leads to the evidence of the epic it is about, as it is now."""
    if decision.epic_id is None:
        return []
    return [EvidenceShown(epic=decision.epic_id).option("All evidence")]


def on_page(decision: Decision, saw: int | None) -> Block:
    """The same on a page of its own, for who votes."""
    abstain, recuse = (
        Cast(decision=decision.id, choice=each.value, saw=saw) for each in (ABSTAINED, RECUSED)
    )
    key = decision.case.key
    buttons = [
        _placed(
            abstain.button(ABSTAINED.label, aloud=f"{ABSTAINED.label}: {key}"), "abstain", None
        ),
        _placed(recuse.button(RECUSED.label, aloud=f"{RECUSED.label}: {key}"), "recused", None),
        StandInForMe(decision=decision.id).button("Stand in for me"),
    ]
    return actions("vote", [*vote_buttons(decision, saw), *buttons])


def for_someone(decision: Decision, user: str, saw: int | None, place: int) -> Block:
    """The choices of a stand-in, for the elector by name."""
    key = decision.case.key
    abstain = Cast(decision=decision.id, user=user, saw=saw)
    button = abstain.button(ABSTAINED.label, aloud=f"{ABSTAINED.label}: {key}")
    buttons = [*vote_buttons(decision, saw, user), _placed(button, "abstain", user)]
    return actions(f"vote_for_{place}", buttons)


def changing(decision: Decision, *, has_ballots: bool) -> list[Element]:
    """For who may change or withdraw it."""
    change = (
        AskAgain.of(decision).button("Change and ask again")
        if has_ballots
        else ChangeWords.of(decision).button("Change the words")
    )
    return [change, Withdraw.of(decision).button("Withdraw")]


def _press(
    decision: Decision, value: str, saw: int | None, user: str | None
) -> Cast | CastWithReason | ObjectTo:
    """A vote at once, or a form where it needs words."""
    if value == Choice.OBJECT:
        return ObjectTo(decision=decision.id, user=user, saw=saw)
    if decision.reason_required:
        return CastWithReason(decision=decision.id, choice=value, user=user, saw=saw)
    return Cast(decision=decision.id, choice=value, user=user, saw=saw)


def _placed(button: Element, value: str, user: str | None) -> Element:
    """With an id of its own among the others."""
    whose = f"_{user}" if user else ""
    return {**button, "action_id": f"{Cast.kind}_{value.replace(' ', '_')}{whose}"}


def _menu(options: list[Option]) -> Element:
    return overflow(MENU, options)
