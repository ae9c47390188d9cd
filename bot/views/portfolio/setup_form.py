"""Setting a portfolio up: its basics, and the list of what is done and what is open."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    field,
    modal,
    option,
    section,
    select,
)
from bot.slack.choosers import asked_first, described, groups_field, no_groups, people_field
from bot.slack.mrkdwn import bare_words, words
from bot.slack.values import SettingRef
from bot.views.portfolio.setting_fields import (
    boxes_field,
    channel_field,
    choice_field,
    line_field,
    number_field,
    time_zone_field,
)
from bot.workflows.portfolio.setting_up import Progress
from models.calendar import MONTH_NAMES, WEEKDAYS
from models.portfolio.portfolio import Portfolio
from models.portfolio.preset import preset_of
from models.portfolio.setup import LOCALES, LONGEST_NAME, MOST_DAYS, Basics

BASICS = "portfolio_basics"
BASELINE = "portfolio_baseline"
COUNCIL_FORM = "portfolio_council"
CHOOSER = "portfolio_chooser"
CHECKLIST = "portfolio_setup"

ANOTHER = "set_up_another"
CONTINUE = "continue_set_up"
OPEN_BASICS = "open_basics"
OPEN_COUNCIL = "open_council"
OPEN_BASELINE = "open_baseline"
GO_LIVE = "go_live"

NAME, CURRENCY, LOCALE, FISCAL_YEAR = "name", "currency", "locale", "fiscal_year"
WORKING_DAYS, HOLIDAYS, CHANNEL, SEEN_BY = "working_days", "holidays", "channel", "seen_by"
DAYS = "decision_days"
EVERYONE, ROLES_ONLY = "everyone", "roles"
COUNCIL, COUNCIL_GROUPS = "council", "council_groups"
FINANCE, FINANCE_GROUPS, STAND_INS = "finance", "finance_groups", "finance_stand_ins"
MOST_LISTED = 40


def basics_form(basics: Basics, memory: SettingRef, note: Block | None = None) -> dict[str, Any]:
    """What holds in the whole portfolio; for one that is not there yet without an id."""
    is_new = not memory.portfolio
    lead = [section(words("portfolio/setup_form", "lead"))] if is_new else []
    return modal(
        BASICS,
        "Set up a portfolio" if is_new else "Basics",
        [*([note] if note else lead), *_money(basics), *_days(basics), *_people(basics)],
        submit="Continue" if is_new else "Save",
        private_metadata=memory.value,
    )


def _money(basics: Basics) -> list[Block]:
    locales = [option(text, code) for code, text in LOCALES.items()]
    return [
        line_field(
            NAME,
            "What is the portfolio called?",
            initial=basics.name,
            max_length=LONGEST_NAME,
            placeholder="Shop",
        ),
        line_field(
            CURRENCY,
            "Currency",
            initial=basics.currency,
            max_length=3,
            placeholder="EUR",
            hint="The three-letter code of the currency.",
        ),
        field(LOCALE, "Numbers are written as in", _chosen(LOCALE, locales, basics.locale)),
    ]


def _days(basics: Basics) -> list[Block]:
    months = [option(name, str(number)) for number, name in enumerate(MONTH_NAMES, 1)]
    days = [option(name, str(number)) for number, name in enumerate(WEEKDAYS)]
    worked = {str(n) for n, worked in enumerate(basics.working_days) if worked == "1"}
    starts_in = str(basics.fiscal_year_starts_in)
    return [
        time_zone_field(basics.time_zone, "Days begin and end by it."),
        field(FISCAL_YEAR, "The fiscal year begins in", _chosen(FISCAL_YEAR, months, starts_in)),
        boxes_field(WORKING_DAYS, "Working days", days, worked),
        line_field(
            HOLIDAYS,
            "Holidays",
            initial="\n".join(day.isoformat() for day in basics.holidays),
            max_length=3_000,
            multiline=True,
            optional=True,
            hint="One date a line, like 2026-12-25 or 25.12.2026. Left empty, there are none.",
        ),
    ]


def _people(basics: Basics) -> list[Block]:
    sees = [
        described("Everyone in this workspace", EVERYONE, "Every member sees it and may propose"),
        described("People with a role in it", ROLES_ONLY, "Given with /portfolio roles"),
    ]
    now = EVERYONE if basics.open_to_all else ROLES_ONLY
    return [
        channel_field(
            CHANNEL,
            "Its channel",
            basics.channel_id,
            placeholder="Where is it announced?",
            hint="Where the portfolio as a whole is talked about. Invite Tack there.",
        ),
        choice_field(SEEN_BY, "Who sees it?", sees, now),
    ]


def checklist(progress: Progress, memory: SettingRef, note: Block | None = None) -> dict[str, Any]:
    """What is done and what is open, each with the button that leads there."""
    portfolio = progress.portfolio
    facts = {"progress": progress, "portfolio": portfolio, **facts_of(portfolio)}
    here = memory.model_copy(update={"version": portfolio.version})
    steps = (
        ("basics", "Change the basics", OPEN_BASICS),
        ("streams_step", "Value streams", "open_streams"),
        ("board", "Board and limits", "open_board"),
        ("council_step", "Name people", OPEN_COUNCIL),
        ("baseline", "Say how long", OPEN_BASELINE),
    )
    blocks: list[Block] = [section(words("portfolio/setup_form", "began", **facts))]
    if note is not None:
        blocks.append(note)
    blocks.append(divider())
    for part, label, action_id in steps:
        blocks.append(
            section(words("portfolio/setup_form", part, **facts), button(label, action_id))
        )
    blocks.append(section(words("portfolio/setup_form", "bring_in", **facts)))
    blocks.append(divider())
    live = button("Go live", GO_LIVE, here.value, primary=True)
    question = bare_words("portfolio/setup_form", "go_live", **facts)
    live = asked_first(live, f"Go live with {portfolio.name}?", question, "Go live")
    blocks.append(actions("go_live", [live]))
    return modal(
        CHECKLIST,
        "Set up the portfolio",
        blocks,
        close="Close",
        private_metadata=here.value,
    )


def chooser(
    rows: Sequence[tuple[Portfolio, str | None]], channel: str | None, *, may_begin: bool
) -> dict[str, Any]:
    """The portfolios there are, each with who began it: to be changed, continued, or one more."""
    blocks: list[Block] = [section(words("portfolio/setup_form", "chooser", total=len(rows)))]
    for portfolio, by in rows[:MOST_LISTED]:
        said = words("portfolio/setup_form", "one_of_them", portfolio=portfolio, by=by)
        text = "Change it" if portfolio.live_at else "Continue"
        ref = SettingRef(portfolio=portfolio.id, channel=channel).value
        label = f"{text}: {portfolio.name}"
        action_id = f"{CONTINUE}_{portfolio.id}"
        blocks.append(section(said, button(text, action_id, ref, accessibility_label=label)))
    if len(rows) > MOST_LISTED:
        blocks.append(
            context(words("portfolio/setup_form", "more", beyond=len(rows) - MOST_LISTED))
        )
    if may_begin:
        ref = SettingRef(channel=channel).value
        blocks.append(actions("another", [button("Set up another portfolio", ANOTHER, ref)]))
    return modal(CHOOSER, "Set up", blocks, close="Close")


def baseline_form(
    portfolio: Portfolio, memory: SettingRef, note: Block | None = None
) -> dict[str, Any]:
    """How long a decision takes today."""
    return modal(
        BASELINE,
        "Before Tack",
        [
            *([note] if note else [section(words("portfolio/setup_form", "baseline_lead"))]),
            number_field(
                DAYS,
                "How many working days does a steering decision take today?",
                initial=portfolio.decision_days_before,
                most=MOST_DAYS,
                hint="From the day it is asked for to the day it is known. A guess is fine.",
            ),
        ],
        submit="Save",
        private_metadata=memory.value,
    )


def council_form(
    progress: Progress, memory: SettingRef, *, groups_error: str | None
) -> dict[str, Any]:
    """Who is on the council and who is finance, people or user groups; added to those there are."""
    blocks: list[Block] = [
        section(words("portfolio/setup_form", "council_lead", progress=progress)),
        people_field(COUNCIL, "Council", hint="Who decides on the portfolio's epics."),
    ]
    if groups_error is None:
        blocks.append(groups_field(COUNCIL_GROUPS, "Council, as user groups"))
    blocks.append(people_field(FINANCE, "Finance", hint="Who looks after the money."))
    if groups_error is None:
        blocks.append(groups_field(FINANCE_GROUPS, "Finance, as user groups"))
    blocks.append(
        people_field(
            STAND_INS,
            "Stand-ins for finance",
            hint="Asked when finance cannot be reached. Stand-ins for others: /portfolio roles.",
        )
    )
    if groups_error is not None:
        blocks.append(context(no_groups(groups_error)))
    return modal(
        COUNCIL_FORM,
        "Council and finance",
        blocks,
        submit="Save",
        private_metadata=memory.value,
    )


def facts_of(portfolio: Portfolio) -> dict[str, Any]:
    """What the words about a portfolio's settings need besides it."""
    return {
        "days": working_days_told(portfolio.working_days),
        "month": MONTH_NAMES[portfolio.fiscal_year_starts_in - 1],
        "holidays": [date.fromisoformat(day) for day in portfolio.holidays],
        "preset": preset_of(portfolio.states),
        "states": [state for state in portfolio.states if state.kind != "stopped"],
    }


def working_days_told(days: str) -> str:
    """ "Mon–Fri", "Mon, Wed"."""
    names = [name[:3] for name, worked in zip(WEEKDAYS, days, strict=True) if worked == "1"]
    if len(names) > 2 and days.strip("0").find("0") < 0:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def _chosen(name: str, options: Sequence[dict[str, Any]], value: str) -> dict[str, Any]:
    chosen = next((each for each in options if each["value"] == value), None)
    return select(name, "Choose one", options, chosen)
