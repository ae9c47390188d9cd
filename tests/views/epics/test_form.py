"""The form to propose an epic, and what its proposer is told."""

from datetime import date
from decimal import Decimal

import pytest

from bot.views.epics import fields as epic_fields
from bot.views.epics import form as epic_form
from bot.views.epics import options as epic_options
from bot.views.epics.fields import Filled
from bot.views.epics.form import ProposalForm
from bot.workflows.epics.finding import Choices
from models.portfolio.portfolio import Stage
from models.projects.project import Project
from models.themes.theme import Objective, Theme
from tests.views.builders import ANA, CLEO, HOSTILE, a_portfolio, an_epic, many_streams
from tests.views.reading import buttons, element, options, shown, shown_form

MEMORY = ProposalForm(portfolio=1)
GROWN = ProposalForm(portfolio=1, numbers=True)
PROMISE = (
    "answers every new idea within 10 working days: yes, not now, or a question. "
    "You will hear it here."
)
FIRST = [
    "Propose an epic",
    "What should change?",
    "Something a customer or colleague would notice. Up to 80 characters.",
]
BELIEVES = [
    "What do you believe, in a sentence?",
    "A guess is fine. Numbers are asked when the idea is reviewed.",
]
PROJECT = [
    "Is it linked to a project that already runs?",
    "Type a code or a name",
    "Optional. The project keeps its plan and budget; the epic only points to it.",
]
SIMILAR = [
    an_epic("analyzing", number=7, title="Wallet payments"),
    an_epic("implementing", number=3, title="One-click checkout"),
]


THEMES = [Theme(id=1, name="Fewer abandoned purchases"), Theme(id=2, name="Less paper")]


def the_form(portfolio=None, memory=MEMORY, stream=None, texts=(), themes=(), **more):
    portfolio = portfolio or a_portfolio()
    chosen = portfolio.value_streams[stream] if stream is not None else None
    choices = Choices(portfolio, themes, more.pop("objectives", ()))
    return epic_form.epic_form(choices, memory, Filled(dict(texts), chosen), **more)


def names(form):
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


def test_three_answers_are_enough():
    form = the_form()
    assert shown_form(form) == [
        *FIRST,
        "Value stream",
        "Choose one",
        *BELIEVES,
        *PROJECT,
        "Add numbers now",
        f"The owner of the value stream {PROMISE}",
    ]
    needed = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and not b["optional"]]
    assert needed == ["title", "value_stream", "hypothesis"]
    assert (form["submit"]["text"], form["close"]["text"]) == ("Propose", "Cancel")


def test_the_stream_of_the_channel_is_chosen_and_its_owner_answers():
    texts = shown_form(the_form(stream=0))
    assert texts[3:6] == ["Value stream", "Choose one", "Payments (PAY)"]
    assert texts[-1] == f"@Ben {PROMISE}"


def test_a_title_typed_before_stands_in_the_form():
    form = the_form(texts={"title": HOSTILE})
    shown_form(form)
    assert element(form["blocks"], "title")["initial_value"] == HOSTILE


def test_a_form_from_a_message_leads_back_to_it():
    memory = ProposalForm(portfolio=1, origin="https://tack.slack.com/archives/C0/p1?a=1&b=2")
    form = the_form(memory=memory, texts={"hypothesis": "They leave at the bank page."})
    said = "<https://tack.slack.com/archives/C0/p1?a=1&amp;b=2|From this message>"
    assert shown_form(form)[1] == said
    assert element(form["blocks"], "hypothesis")["initial_value"] == "They leave at the bank page."


def test_a_stream_that_ended_is_not_offered():
    portfolio = a_portfolio()
    portfolio.value_streams[1].ended_at = an_epic().state_entered_at
    offered = options(element(the_form(portfolio)["blocks"], epic_fields.STREAM))
    assert offered == ["Payments (PAY)", "Platform (PLT)"]


@pytest.mark.parametrize(
    ("similar", "said"),
    [
        (
            SIMILAR,
            '2 similar epics are open: PAY-7 "Wallet payments" (analyzing) · '
            'PAY-3 "One-click checkout" (implementing).\n'
            "If yours is the same idea, open that one and add to it.",
        ),
        (
            SIMILAR[:1],
            '1 similar epic is open: PAY-7 "Wallet payments" (analyzing).\n'
            "If yours is the same idea, open that one and add to it.",
        ),
    ],
)
def test_ideas_alike_are_named_beneath_the_title(similar, said):
    form = the_form(similar=similar)
    assert shown_form(form)[3] == said


def test_a_hostile_title_alike_pings_nobody():
    form = the_form(similar=[an_epic(title=HOSTILE)])
    assert "<" not in shown_form(form)[3]


def test_a_long_title_alike_is_cut():
    form = the_form(similar=[an_epic(title="x" * 500)])
    assert f'PAY-12 "{"x" * 59}…" (funnel).' in shown_form(form)[3]


def test_the_form_grows_by_the_numbers():
    form = the_form(memory=GROWN, themes=THEMES)
    shown_form(form)
    assert names(form) == [
        "title",
        "value_stream",
        "hypothesis",
        "project",
        "for_whom",
        "indicator",
        "baseline",
        "target",
        "target_on",
        "kill_threshold",
        "mvp_cost",
        "full_cost",
        "horizon",
        "theme",
        "type",
        "owner",
    ]
    assert options(element(form["blocks"], "horizon")) == [
        "1 · improve what earns today",
        "2 · grow what will earn next",
        "3 · explore what may earn one day",
    ]
    assert options(element(form["blocks"], epic_fields.THEME)) == [
        "Fewer abandoned purchases",
        "Less paper",
        "No theme, because …",
    ]


def test_every_field_but_the_menus_has_a_hint():
    form = the_form(memory=GROWN, themes=THEMES, objectives=[Objective(id=1, title="Grow")])
    bare = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and "hint" not in b]
    assert bare == ["value_stream", "horizon", "type"]


@pytest.mark.parametrize(
    ("stage", "small", "grown_by"),
    [
        (Stage.PROJECT_FUNDED, ["title", "value_stream", "hypothesis", "project"], "owner"),
        (Stage.HYBRID, ["title", "value_stream", "hypothesis", "project"], "owner"),
        (Stage.CAPACITY_FUNDED, ["title", "value_stream", "hypothesis"], "project"),
    ],
)
def test_the_stage_of_the_stream_says_when_the_project_is_asked_for(stage, small, grown_by):
    portfolio = a_portfolio()
    portfolio.value_streams[0].stage = stage
    assert names(the_form(portfolio, stream=0)) == small
    assert names(the_form(portfolio, memory=GROWN, stream=0))[-1] == grown_by


def test_no_theme_asks_for_the_reason_right_beneath():
    form = the_form(memory=GROWN, themes=THEMES, theme="none")
    shown_form(form)
    place = names(form).index("theme")
    assert names(form)[place + 1] == "theme_none_because"


def test_objectives_are_asked_for_where_there_are_some():
    form = the_form(memory=GROWN, objectives=[Objective(id=4, title="Grow")])
    shown_form(form)
    assert options(element(form["blocks"], epic_fields.OBJECTIVE)) == ["Grow", "No objective"]


@pytest.mark.parametrize(("count", "kind"), [(99, "static_select"), (100, "external_select")])
def test_beyond_a_hundred_choices_the_themes_are_searched(count, kind):
    themes = [Theme(id=n, name=f"Theme {n}") for n in range(count)]
    form = the_form(memory=GROWN, themes=themes)
    shown_form(form)
    assert element(form["blocks"], epic_fields.THEME)["type"] == kind


def test_a_project_is_a_choice_by_its_code_and_name():
    project = Project(id=9, code="PRJ-204", name="Checkout renewal")
    same = Project(id=10, code="Warehouse", name="Warehouse")
    offered = epic_options.found_projects([project, same], "checkout")
    assert [o["text"]["text"] for o in offered] == ["PRJ-204 Checkout renewal", "Warehouse"]
    assert [o["value"] for o in offered] == ["9", "10"]


def test_where_no_project_is_found_it_says_so_kindly_and_takes_none():
    for typed, said in [
        ("zebra", "Nothing found for “zebra”: continue without"),
        ("x" * 300, f"Nothing found for “{'x' * 35}…”: continue without"),
        ("", "There are no projects yet: continue without"),
    ]:
        [offered] = epic_options.found_projects([], typed)
        assert (offered["text"]["text"], offered["value"]) == (said, "none")


def test_before_a_word_is_typed_no_project_can_be_chosen_as_well():
    project = Project(id=9, code="PRJ-204", name="Checkout renewal")
    offered = epic_options.found_projects([project] * 100, "")
    assert len(offered) == 100
    assert offered[0]["text"]["text"] == "No project"


def test_the_numbers_read_as_a_sentence_in_plain_words():
    form = the_form(memory=GROWN, note=f"Reads as: {HOSTILE}")
    assert f"Reads as: {HOSTILE}" in shown_form(form)
    note = next(block for block in form["blocks"] if HOSTILE in str(block))
    assert note["elements"][0]["type"] == "plain_text"


@pytest.mark.parametrize("count", [1, 100])
def test_up_to_a_hundred_streams_stand_in_a_menu(count):
    form = the_form(a_portfolio(many_streams(count)), stream=-1)
    shown_form(form)
    menu = element(form["blocks"], epic_fields.STREAM)
    assert len(options(menu)) == count
    assert menu["initial_option"]["text"]["text"] == f"Stream {count - 1:03} (S{count - 1})"


def test_beyond_a_hundred_streams_the_menu_searches():
    form = the_form(a_portfolio(many_streams(101)), stream=100)
    shown_form(form)
    menu = element(form["blocks"], epic_fields.STREAM)
    assert menu["type"] == "external_select"
    assert menu["initial_option"]["text"]["text"] == "Stream 100 (S100)"


def test_two_streams_with_the_longest_names_are_told_apart_by_their_keys():
    streams = [("x" * 80, "ABCDEFGHIJ", CLEO, None), ("x" * 79, "KLM", CLEO, None)]
    form = the_form(a_portfolio(streams))
    shown_form(form)
    long, short = options(element(form["blocks"], epic_fields.STREAM))
    assert long.endswith("x… (ABCDEFGHIJ)")
    assert short.endswith("x… (KLM)")


def test_the_form_at_its_fullest_fits():
    portfolio = a_portfolio([(f"{n:03}" + "🚀" * 77, f"S{n}", CLEO, None) for n in range(100)])
    form = the_form(
        portfolio,
        memory=ProposalForm(
            portfolio=2**31 - 1,
            channel="C" * 20,
            numbers=True,
            similar=(2**31 - 1, 2**31 - 1),
            origin="https://" + "x" * 500,
        ),
        texts={"title": "🚀" * 4_000, "hypothesis": "🚀" * 4_000},
        stream=0,
        themes=[Theme(id=n, name="🚀" * 100) for n in range(99)],
        objectives=[Objective(id=n, title="🚀" * 200) for n in range(99)],
        similar=[an_epic(number=n, title="&" * 500) for n in (1, 2)],
        theme="none",
        note="🚀" * 4_000,
    )
    shown_form(form)


# The form to change an epic


def the_edit_form(epic, circle=(), themes=(), objectives=()):
    choices = Choices(epic.portfolio, themes, objectives)
    return epic_form.edit_form(epic, choices, circle, "C0PAY")


def a_full_epic(state="reviewing", **more):
    project = Project(id=9, code="PRJ-204", name="Checkout renewal")
    answers = {
        "for_whom": "Returning customers",
        "indicator": "Completion, %",
        "baseline": Decimal("61"),
        "target": Decimal("68.5"),
        "target_on": date(2025, 9, 30),
        "kill_threshold": "below 63 %",
        "mvp_cost_minor": 6_000_000,
        "full_cost_minor": 42_000_050,
        "horizon": 1,
        "theme": THEMES[0],
        "theme_id": 1,
        "objective": Objective(id=4, title="Grow"),
        "project": project,
        "type": "enabler",
    }
    return an_epic(state, **(answers | more))


def test_the_form_to_change_an_epic_holds_every_answer():
    epic = a_full_epic(restricted=True)
    form = the_edit_form(epic, circle=[CLEO], themes=THEMES)
    shown_form(form)
    held = {
        block["block_id"]: next(
            (v for k, v in block["element"].items() if k.startswith("initial")), None
        )
        for block in form["blocks"]
        if block["type"] == "input"
    }
    read = {k: v["value"] if isinstance(v, dict) else v for k, v in held.items()}
    assert read == {
        "title": epic.title,
        "hypothesis": epic.hypothesis,
        "project": "9",
        "for_whom": "Returning customers",
        "indicator": "Completion, %",
        "baseline": "61",
        "target": "68.5",
        "target_on": "2025-09-30",
        "kill_threshold": "below 63 %",
        "mvp_cost": "60,000",
        "full_cost": "420,000.50",
        "horizon": "1",
        "theme": "1",
        "objective": "4",
        "type": "enabler",
        "owner": ANA,
        "sees": "circle",
        "circle": [CLEO],
    }
    assert (form["title"]["text"], form["submit"]["text"]) == ("Edit PAY-12", "Save")


def test_what_its_state_still_asks_comes_first():
    form = the_edit_form(a_full_epic(kill_threshold=None, mvp_cost_minor=None))
    assert shown_form(form)[1] == (
        "Payments · Reviewing.\n"
        "Asked before it leaves Reviewing: the stop line, the cost of the MVP."
    )
    assert names(form)[:3] == ["kill_threshold", "mvp_cost", "title"]
    assert len(names(form)) == len(set(names(form)))


def test_a_theme_closed_meanwhile_stays_chosen_until_another_is():
    closed = Theme(id=3, name="Last year's")
    form = the_edit_form(a_full_epic(theme=closed, theme_id=3), themes=THEMES)
    shown_form(form)
    menu = element(form["blocks"], epic_fields.THEME)
    assert menu["initial_option"]["text"]["text"] == "Last year's"
    assert options(menu)[0] == "Last year's"


def test_an_epic_brought_from_elsewhere_needs_no_hypothesis_to_be_changed():
    bare = an_epic(hypothesis=None, owner_user_id=None, title="x" * 5_000)
    form = the_edit_form(bare)
    shown_form(form)
    needed = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and not b["optional"]]
    assert needed == ["title", "sees"]


def test_why_it_has_no_theme_is_there_to_be_changed():
    form = the_edit_form(an_epic(theme_none_because="The law asks for it"), themes=THEMES)
    shown_form(form)
    assert element(form["blocks"], "theme_none_because")["initial_value"] == "The law asks for it"
    assert element(form["blocks"], epic_fields.THEME)["initial_option"]["value"] == "none"


def as_slack_keeps(form):
    """The view as Slack tells it back: every block has an id."""
    blocks = [{"block_id": f"b{n}"} | block for n, block in enumerate(form["blocks"])]
    return form | {"blocks": blocks}


def test_redrawn_it_asks_for_what_was_chosen_and_keeps_what_was_shown():
    view = as_slack_keeps(the_edit_form(a_full_epic(), themes=THEMES))
    chosen = {"theme": "none", "sees": "circle"}
    again = epic_form.redrawn(view, chosen, [CLEO], "Reads as: …")
    shown_form(again)
    assert {*names(again)} - {*names(view)} == {"theme_none_because", "circle"}
    assert element(again["blocks"], "title")["initial_value"] == a_full_epic().title
    back = epic_form.redrawn(as_slack_keeps(again), {"theme": "1", "sees": "everybody"}, [], None)
    assert names(back) == names(view)


def test_saved_it_says_which_answers_are_others():
    answer = epic_form.saved(an_epic(), ["mvp_cost_minor", "theme_id", "theme_none_because"])
    assert shown(answer)[0] == (
        "*PAY-12 · Pay by bank transfer at checkout*: updated the cost of the MVP and the theme."
    )
    assert shown(epic_form.saved(an_epic(), []))[0].endswith(": nothing changed.")


# What its proposer is told


def test_once_stored_it_says_where_it_is_and_who_answers_by_when():
    answer = epic_form.stored(an_epic(proposed_by=ANA), 4, 6, date(2026, 6, 1))
    said = (
        "*PAY-12 · Pay by bank transfer at checkout* is in the Payments funnel, 4th of 6 ideas.\n"
        "@Ben answers by Mon 1 Jun. Until then you can still change it."
    )
    assert shown(answer) == [said, "Open PAY-12"]


def test_who_gave_it_to_another_owner_is_promised_no_change_to_it():
    answer = epic_form.stored(an_epic(owner_user_id="U0CLEO"), 1, 1, date(2026, 6, 1))
    assert shown(answer)[0].endswith("@Ben answers by Mon 1 Jun.")


def test_a_stream_without_a_channel_is_said_to_have_none():
    answer = epic_form.stored(an_epic(stream=1), 1, 1, date(2026, 6, 1))
    assert shown(answer)[0].splitlines()[1:] == [
        "@Cleo answers by Mon 1 Jun.",
        "Onboarding has no channel yet, so its card is shown here and in App Home only.",
    ]


def test_without_an_owner_no_answer_is_promised():
    portfolio = a_portfolio([("Payments", "PAY", None, "C0PAY")])
    answer = epic_form.stored(an_epic(portfolio=portfolio), 1, 1, date(2026, 6, 1))
    assert shown(answer)[0].endswith(
        "is in the Payments funnel, 1st of 1 idea.\n"
        "Payments has no owner yet, so nobody answers until an admin names one."
    )
    form = shown_form(the_form(portfolio, stream=0))
    assert form[-1].startswith("Payments has no owner yet. Once an admin names one,")


@pytest.mark.parametrize("typed", ["", "Pay by bank transfer", HOSTILE * 100])
def test_a_form_that_did_not_open_is_opened_by_a_button_that_keeps_the_words(typed):
    answer = epic_form.reopen(typed)
    said = "Slack did not open the form in time. Nothing is lost: open it with this button."
    assert shown(answer) == [said, "Open the form"]
    kept = element(answer.blocks, epic_form.REOPEN)["value"]
    assert kept.rstrip("…-").startswith(typed[:1_800])


def test_every_button_of_the_form_makes_sense_alone():
    assert buttons(the_form()["blocks"]) == ["Add numbers now"]
    assert buttons(the_form(memory=GROWN)["blocks"]) == ["Read it as a sentence"]
