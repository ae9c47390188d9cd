"""Who changed what, in words: a line for each thing someone did, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.slack.answers import Answer
from bot.slack.blocks import TEXT_LIMIT, Block, actions, button, context, section, shorten
from bot.slack.mrkdwn import Marked, channel, escape, moment, person, words
from bot.slack.values import AuditRef
from bot.views.audit.phrases import CUSTOM, DERIVED, FOLLOWS, LABELS, NOUNS, ways
from bot.workflows.audit.deeds import ABOUT, CALLED, Deed, DeedPage, Happening, kind_of, refers_to
from models.calendar import spell_day
from models.money import format_amount
from models.portfolio.portfolio import PHASE_LABELS

TURN = "audit_page"
TOKENS = frozenset({"person", "channel"})
LINE_LIMIT, VALUE_LIMIT, REASON_LIMIT = 1_400, 80, 300


@dataclass(frozen=True, slots=True)
class Phrase:
    """What became of one row, as the end of a sentence that begins with who did it."""

    doing: str
    because: str | None = None
    kind: tuple[str, str] | None = None
    """The verb and the noun, where rows of one kind are told together by their names."""
    name: str = ""


def audit_log(page: DeedPage) -> Answer:
    """A page of the log, told to one person."""
    facts = {"epic": page.epic, "query": page.query, "first": page.query.before is None}
    if not page.deeds:
        said = words("audit/log", "nothing", **facts)
        return Answer(said, [section(said), *_turns(page)])
    lead = words("audit/log", "lead", **facts)
    lines = [line(page, deed) for deed in page.deeds]
    blocks: list[Block] = [context(lead), *(section(each) for each in lines), *_turns(page)]
    read_aloud = "\n".join(_until(TEXT_LIMIT - len(lead) - 1, lines))
    return Answer(f"{lead}\n{read_aloud}", blocks)


def line(page: DeedPage, deed: Deed) -> str:
    """One deed: when, who, what and why."""
    phrases = [told for each in deed.happenings if (told := _phrase(page, deed, each)) is not None]
    doings = _doings(phrases)
    reasons = list(dict.fromkeys(each.because for each in phrases if each.because))
    if deed.more:
        doings.append("changed more than is told here")
    if not doings:
        doings = ["changed what follows from it"]
    return words(
        "audit/log",
        "line",
        at=deed.at,
        zone=page.time_zone,
        who=_who(deed),
        doings=[Marked(each) for each in _until(LINE_LIMIT, doings)],
        way=ways(deed.source),
        because=shorten("; ".join(reasons), REASON_LIMIT),
    )


def _doings(phrases: Sequence[Phrase]) -> list[str]:
    """What was done, each thing once; several rows added or removed alike are told as one."""
    alike: dict[object, list[Phrase]] = {}
    for each in phrases:
        alike.setdefault(each.kind or each.doing, []).append(each)
    doings = []
    for same in alike.values():
        names = [Marked(f"*{escape(name)}*") for name in dict.fromkeys(one.name for one in same)]
        if same[0].kind is None or len(names) == 1:
            doings.append(same[0].doing)
        else:
            verb, noun = same[0].kind
            doings.append(words("audit/log", f"{verb}_several", noun=noun, names=names))
    return doings


def _until(limit: int, texts: Sequence[str]) -> list[str]:
    """As many as fit, the first in any case."""
    found: list[str] = []
    length = 0
    for text in texts:
        length += len(text) + 2
        if found and length > limit:
            break
        found.append(text)
    return found


def _who(deed: Deed) -> Marked:
    if deed.actor is not None:
        return person(deed.actor)
    typed = deed.source.startswith("tack ")
    return Marked("Someone at the command line" if typed else "Tack")


def _phrase(page: DeedPage, deed: Deed, told: Happening) -> Phrase | None:
    """What to say of it; None where another happening of the deed says it."""
    said_by = {
        (each.noun, each.verb)
        for each in deed.happenings
        if each.epic_id == told.epic_id and each is not told
    }
    hidden = {c for noun, verb in said_by for c in DERIVED.get((noun, verb, told.noun), ())}
    if told.noun == "transitions" and ("epics", "created") in said_by:
        return None
    changed = [c for c in sorted(told.changed, key=_place) if c not in hidden]
    if told.verb == "changed" and not changed:
        return None
    facts = {
        "it": _it(page, told),
        "name": _name(page, told),
        "noun": NOUNS.get(told.noun, told.noun.rstrip("s").replace("_", " ")),
        "was": _shown(page, told, told.before),
        "now": _shown(page, told, told.after),
        "made": _shown(page, told, told.made),
        "raw": told.held,
        "labels": LABELS,
        "columns": changed,
        "phases": PHASE_LABELS,
        "counts": _counts(told.after),
    }
    part = f"{told.noun}_{told.verb}"
    doing = words("audit/log", part if part in CUSTOM else told.verb, **facts)
    because = str(told.after.get("reason") or told.after.get("words") or "") or None
    if part in CUSTOM or told.verb == "changed" or not facts["name"]:
        return Phrase(doing, because)
    return Phrase(doing, because, (told.verb, str(facts["noun"])), str(facts["name"]))


def _counts(held: Mapping[str, object]) -> Mapping[str, Sequence[str]]:
    """How many of what a file brought, and how many of its rows brought nothing."""
    told: dict[str, list[str]] = {"came": [], "rows": []}
    for name, count in sorted(held.items(), key=lambda item: item[0] not in {"epics", "projects"}):
        if type(count) is int and count and name not in FOLLOWS:
            noun = name.removeprefix("project_").replace("_", " ")
            if count == 1:
                noun = noun.replace("rows ", "row ", 1).removesuffix("s")
            told["rows" if name.startswith("rows ") else "came"].append(f"{count:,} {noun}")
    return told


def _place(column: str) -> tuple[int, str]:
    order = list(LABELS)
    return (order.index(column) if column in LABELS else len(order), column)


def _it(page: DeedPage, told: Happening) -> Marked:
    """The epic it is about: "it" on the epic's own page, else its key and title."""
    if told.epic_id is None:
        return Marked("it")
    if page.epic is not None and page.epic.id == told.epic_id:
        return Marked("it")
    return Marked(f"*{escape(shorten(page.names.of('epics', told.epic_id), VALUE_LIMIT))}*")


def _name(page: DeedPage, told: Happening) -> str:
    """What the row is called, or what it belongs to where it has no name of its own."""
    known = page.names.called.get((ABOUT.get(told.noun, told.noun), told.subject_id))
    columns = CALLED.get(told.noun, ())
    if known is not None and len(columns) == 1 and kind_of(told.noun, columns[0]) in TOKENS:
        return _spelled(page, told, columns[0], known)
    if known is not None:
        return shorten(known, VALUE_LIMIT)
    for column, value in told.held.items():
        table = refers_to(told.noun, column)
        if table in {"projects", "value_streams", "objectives"} and value is not None:
            return f"of {shorten(page.names.of(table, value), VALUE_LIMIT)}"
    return ""


def _shown(page: DeedPage, told: Happening, columns: Mapping[str, object]) -> dict[str, str | None]:
    return {
        name: None if value is None else _spelled(page, told, name, value)
        for name, value in columns.items()
    }


def _spelled(page: DeedPage, told: Happening, column: str, value: object) -> str:
    """A value as it is read; what people wrote is escaped when it is printed."""
    kind = kind_of(told.noun, column)
    if kind == "name":
        return shorten(page.names.of(str(refers_to(told.noun, column)), value), VALUE_LIMIT)
    if kind == "person":
        return person(str(value))
    if kind == "channel":
        return channel(str(value))
    if kind == "money":
        currency = page.names.currencies.get(told.portfolio_id or 0, "EUR")
        return format_amount(int(str(value)), currency, short=True)
    if kind == "moment":
        return moment(datetime.fromisoformat(str(value)), page.time_zone)
    if kind == "day":
        return spell_day(date.fromisoformat(str(value)))
    if kind == "yes or no":
        return "yes" if value else "no"
    if isinstance(value, list):
        return shorten(", ".join(map(str, value)) or "none", VALUE_LIMIT)
    told_text = shorten(" ".join(str(value).split()), VALUE_LIMIT)
    return f"“{told_text}”" if kind == "text" and " " in told_text else told_text


def _turns(page: DeedPage) -> list[Block]:
    query = page.query
    ref = AuditRef(epic=query.epic_id, person=query.person, word=query.word)
    turns = []
    if query.before is not None:
        turns.append(button("Newest", f"{TURN}_newest", ref.value))
    if page.older is not None:
        older = ref.model_copy(update={"before": page.older})
        turns.append(button("Older", f"{TURN}_older", older.value))
    return [actions("turn", turns)] if turns else []
