"""The register of decisions: the list, narrowed and searched, and those of before."""

from collections.abc import Collection, Sequence

from bot.slack.actions import Shown
from bot.slack.blocks import Block, Element, actions, context, divider, section
from bot.slack.choosers import narrowing
from bot.slack.mrkdwn import words
from bot.views.decisions.actions import DecisionShown, DecisionsList, PastShown
from bot.views.decisions.deciding import take_back_button
from bot.views.portfolio.menu import stream_label
from bot.workflows.decisions.listing import DecisionsPage, Listed, PastPage
from models.decisions.opening import PlannedOpening
from models.decisions.register.listing import DecisionChoice, Which
from models.decisions.register.past import Agreement, PastDecision, passes
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio

TEMPLATE = "decisions/list"
WHICH: Sequence[tuple[str, Which]] = (
    ("All", "all"),
    ("Open", "open"),
    ("Decided", "decided"),
    ("Not decided", "undecided"),
    ("Earlier", "before"),
)
COUNTED: dict[Which, tuple[str, str]] = {
    "all": ("decision", "decisions"),
    "open": ("open decision", "open decisions"),
    "decided": ("decision taken", "decisions taken"),
    "undecided": ("decision that decided nothing", "decisions that decided nothing"),
    "before": ("earlier decision", "earlier decisions"),
}


def decision_list(
    found: DecisionsPage,
    page: DecisionsList,
    portfolios: Sequence[Portfolio],
    epic: Epic | None = None,
) -> Shown:
    """A page of the decisions; `epic` is the one whose decisions alone are shown."""
    here = page.but(number=found.number)
    what = COUNTED[page.which][found.total != 1]
    blocks: list[Block] = [
        section(words(TEMPLATE, "lead", total=found.total, what=what, epic=epic)),
        actions("narrow", _filters(here, portfolios, epic)),
        here.field("Words in the question, the epic or its key"),
        divider(),
    ]
    if not found.decisions:
        narrowed = here.choice != DecisionChoice()
        blocks.append(section(words(TEMPLATE, "empty", narrowed=narrowed)))
    blocks += [_line(each, found.taken_back) for each in found.decisions]
    return Shown("Decisions", blocks, here, found.pages, f"{found.total:,} decisions")


def past_page(found: PastPage, page: PastShown) -> Shown:
    """A decision of before: as it stood, and recounted."""
    past, tally = found.decision, found.decision.tally
    counted = passes(tally, past.threshold_percent) if tally else None
    threshold = past.threshold_percent
    rule = ""
    if tally:
        facts = {"past": past, "tally": tally, "threshold": threshold, "counted": counted}
        rule = words(TEMPLATE, "past_rule", **facts)
    outcome = words(
        TEMPLATE,
        "past_outcome",
        past=past,
        tally=tally,
        rule=rule,
        passes=counted,
        agreement=past.agreement.name,
        same_day=_is_of_one_day(past),
    )
    blocks: list[Block] = [
        section(words(TEMPLATE, "past_page", past=past)),
        section(outcome),
        divider(),
        section(words(TEMPLATE, "past_votes", chosen=found.chosen)),
        context(words(TEMPLATE, "past_source", past=past)),
    ]
    here = page.but(number=found.number)
    return Shown("Earlier decision", blocks, here, found.pages, f"{found.total:,} voters")


def _filters(
    page: DecisionsList, portfolios: Sequence[Portfolio], epic: Epic | None
) -> list[Element]:
    whose = [("Everybody's", None), ("Mine", True)]
    menus = [
        narrowing("which", "Which", WHICH, page.which),
        narrowing("mine", "Whose", whose, page.mine or None),
    ]
    if len(portfolios) > 1:
        several = [("Every portfolio", None), *((each.name, each.id) for each in portfolios)]
        menus.append(narrowing("portfolio", "Portfolio", several, page.portfolio))
    shown = [each for each in portfolios if len(portfolios) == 1 or each.id == page.portfolio]
    streams = [(stream_label(each), each.id) for here in shown for each in here.value_streams]
    if streams:
        every = [("Every value stream", None), *streams]
        menus.append(narrowing("stream", "Value stream", every, page.stream))
    if epic is not None:
        menus.append(
            narrowing("epic", "Epic", [("Every epic", None), (epic.key, epic.id)], epic.id)
        )
    return menus


def _line(decision: Listed, taken_back: Collection[int]) -> Block:
    if isinstance(decision, PastDecision):
        return _past_line(decision)
    if isinstance(decision, PlannedOpening):
        return _planned_line(decision, can_take_back=decision.id in taken_back)
    zone = decision.portfolio.time_zone
    facts = {"decision": decision, "case": decision.case, "box": decision.box, "zone": zone}
    ended = "" if decision.is_open else words("decisions/decision", "decided", decision=decision)
    said = words(TEMPLATE, "line", ended=ended, **facts)
    to = DecisionShown(decision=decision.id)
    return section(said, to.button("Open", aloud=f"Open {decision.key}"))


def _planned_line(planned: PlannedOpening, *, can_take_back: bool) -> Block:
    said = words(TEMPLATE, "planned_line", planned=planned, epic=planned.epic)
    return section(said, take_back_button(planned) if can_take_back else None)


def _past_line(past: PastDecision) -> Block:
    said = words(
        TEMPLATE,
        "past_line",
        past=past,
        tally=past.tally,
        disagrees=past.agreement is Agreement.DISAGREES,
    )
    to = PastShown(past=past.id)
    return section(said, to.button("Open", aloud=f"Open {past.source_id[:60]}"))


def _is_of_one_day(past: PastDecision) -> bool:
    opened_on, closed_on = (past.portfolio.day_of(at) for at in (past.opened_at, past.closed_at))
    return opened_on == closed_on
