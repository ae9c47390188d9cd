"""The entries of a period in words, and the rules that shifts are held against."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from bot.slack.actions import Shown
from bot.slack.answers import Answer
from bot.slack.blocks import Block, Element, actions, divider, section
from bot.slack.mrkdwn import words
from bot.views.budgets.actions import (
    BudgetHistory,
    BudgetRules,
    BudgetShown,
    ChangeRules,
    ShiftShown,
)
from bot.views.decisions.actions import DecisionShown
from bot.workflows.budgets.history import HistoryPage
from bot.workflows.budgets.shifts.rules import RulesPage
from models.budgets.ledger import AccountKind, Entry, EntryKind
from models.budgets.rules import RulesChange
from models.money import format_amount
from models.portfolio.portfolio import Portfolio

STREAMS_OWN = (AccountKind.FREE,)
"""Where the money of a stream comes in by funding."""


def history(found: HistoryPage, page: BudgetHistory) -> Shown:
    """A page of the entries, the newest first; a shift's leads to it."""
    money = partial(format_amount, currency=found.portfolio.currency)
    blocks: list[Block] = [section(words("budgets/history", "lead", page=found))]
    to = BudgetShown(portfolio=found.portfolio.id)
    blocks.append(actions("history", [to.button("What each stream has")]))
    names = {each.id: each.name for each in found.portfolio.value_streams}
    for entry, shift in found.entries:
        facts = {
            "entry": entry,
            "shift": shift,
            "year": found.year,
            "money": money,
            "zone": found.portfolio.time_zone,
            "moves": _moves(entry, names),
            "committed": _committed(entry, names, found.keys),
            "actual": found.actuals.get(entry.id),
            "keys": found.keys,
        }
        button = ShiftShown(shift=shift.id).button("Show the shift") if shift else None
        blocks.append(section(words("budgets/history", "entry_line", **facts), button))
    here = page.but(portfolio=found.portfolio.id, number=found.number)
    return Shown("Budget history", blocks, here, found.pages, f"{found.total:,} entries")


def rules(found: RulesPage, page: BudgetRules) -> Shown:
    """The limits, since when they hold, what was before, and who may change them."""
    said = partial(words, "budgets/history", page=found, zone=found.portfolio.time_zone)
    to: list[Element] = []
    if found.open is not None:
        to.append(DecisionShown(decision=found.open.id).button("Show the decision"))
    elif found.may_ask:
        to.append(ChangeRules(portfolio=found.portfolio.id).button("Ask for other rules"))
    to.append(BudgetShown(portfolio=found.portfolio.id).button("What each stream has"))
    blocks = [section(said("limits", rules=found.rules)), divider(), section(said("changed"))]
    return Shown("Budget rules", [*blocks, actions("rules", to)], page)


def rules_lead(portfolio: Portfolio) -> str:
    return words("budgets/history", "changing", portfolio=portfolio)


def rules_asked(change: RulesChange) -> Answer:
    """Where it is decided, and until when."""
    assert change.decision is not None
    decision = change.decision
    zone = decision.portfolio.time_zone
    said = words("budgets/history", "asked", decision=decision, zone=zone)
    return Answer([section(said, DecisionShown(decision=decision.id).button("Show the decision"))])


def _committed(
    entry: Entry, names: Mapping[int, str], keys: Mapping[int, str]
) -> Sequence[tuple[str, str, int]]:
    """Where money was committed, released or carried along to, for what, and how much."""
    found: Counter[tuple[str, str]] = Counter()
    for each in entry.transfers:
        ends = (each.from_stream_id, each.to_stream_id)
        places = dict.fromkeys(names[id_] for id_ in ends if id_ is not None)
        what = "its capacity" if each.month else ""
        if each.epic_id is not None:
            what = keys.get(each.epic_id, "a restricted epic")
        found[" to ".join(places), what] += each.amount_minor
    return [(place, what, minor) for (place, what), minor in found.items()]


def _moves(entry: Entry, names: dict[int, str]) -> Sequence[tuple[str, int]]:
    """What each stream got by funding or spent, by its name; less below 0."""
    outer = (AccountKind.SPENT,) if entry.kind is EntryKind.SPEND else STREAMS_OWN
    found: Counter[str] = Counter()
    for each in entry.transfers:
        if each.to_kind in outer and each.to_stream_id is not None:
            found[names[each.to_stream_id]] += each.amount_minor
        if each.from_kind in outer and each.from_stream_id is not None:
            found[names[each.from_stream_id]] -= each.amount_minor
    return list(found.items())
