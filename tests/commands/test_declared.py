"""What holds for every action and form that is declared, now and later."""

from datetime import date
from decimal import Decimal
from enum import EnumType
from string import Formatter
from typing import Annotated

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import ACTIONS, VIEWS, heard, listed
from bot.commands.registry import CHECKS, DOES, OPENS, PAGE, SAVES
from bot.commands.routes import routes
from bot.slack.actions import KINDS, LONGEST_ACTION, Found, Memory, Page, heard_as, read_action
from bot.slack.forms import Open, form_view, found_options
from bot.slack.typed import answers_of
from bot.views.projects.actions import LinkEpic
from models.errors import FieldMistakes
from models.fields import tidy
from models.form import (
    Amount,
    Channel,
    Choice,
    Day,
    Figure,
    Form,
    OneOf,
    Paragraph,
    People,
    Person,
    Question,
    Search,
    Several,
    Whole,
)
from models.money import LARGEST_MINOR
from models.portfolio.portfolio import ValueStream
from models.portfolio.setup import Currency, Holidays
from models.projects.forms import Budget, SharesLine
from sandbox.blockkit import check_view
from tests.views.builders import ANA, HOSTILE

ACTED = [each for each in KINDS.values() if not each.__module__.startswith("tests.")]
SAVED = [(route.action, route.form) for route in routes.of(SAVES)]
FORMS = list(dict.fromkeys(form for _, form in SAVED))
MOST_METADATA = 3_000
WAYS = (PAGE, OPENS, CHECKS, DOES, SAVES)
STREAMS = [
    ValueStream(id=1, name="Payments", key_prefix="PAY"),
    ValueStream(id=2, name="Onboarding", key_prefix="ONB"),
]
SPECIAL = {
    Currency: st.sampled_from(["EUR", "CHF"]),
    Holidays: st.sets(st.dates(), min_size=1, max_size=250).map(lambda days: tuple(sorted(days))),
}
"""What a question takes that does not take any text."""

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
"""Any text, made once: finding out what it may hold takes longer than drawing it."""

LISTS = (0, 1, 100, 101, 500)
"""How long a list to choose from may be."""


def the_longest(action):
    """The action with the largest number and the longest text in each of its fields."""
    values = {}
    for name, field in action.model_json_schema()["properties"].items():
        if field.get("type") == "array":
            values[name] = (field["items"]["maximum"],) * field["maxItems"]
            continue
        for each in field.get("anyOf", [field]):
            if each["type"] == "integer":
                assert each["minimum"] >= 0, f"{action.kind}: {name} can be anything below 0"
                values[name] = each["maximum"]
            elif each.get("format") == "date":
                values[name] = date.max
            elif each["type"] == "string":
                longest = max(each.get("enum", ()), key=len, default="")
                values[name] = longest or "𝄞" * each["maxLength"]
            elif each["type"] == "boolean":
                values[name] = True
    return action(**values)


def facts_for(form, count=3, text="Fewer abandoned purchases"):
    """Whatever the form's labels, lists and checks name."""
    facts = {"today": date(2026, 5, 18), "last": date.max, "currency": "EUR", "streams": STREAMS}
    for question in form.questions().values():
        if question.only:
            facts[question.only] = True
        for _, name, _, _ in Formatter().parse(f"{question.label}{question.hint or ''}"):
            if name:
                facts[name] = text
        if isinstance(question, Search):
            facts[question.finder] = LinkEpic(project=1)
        elif isinstance(question, Choice) and isinstance(question.of, EnumType):
            facts[question.options] = [(text, each) for each in question.of]
        elif isinstance(question, Choice) and not question.among:
            facts[question.options] = [(f"{text} {n}", n) for n in range(1, count + 1)]
    return facts


def values_for(question, facts, text):
    """Any value that a question takes."""
    if type(question) in SPECIAL:
        return SPECIAL[type(question)]
    match question:
        case Figure():
            return st.decimals(-(10**9), 10**9, places=3).map(Decimal.normalize)
        case Search():
            return st.none()
        case SharesLine():
            sixty = ((1, Decimal("60.5")), (2, Decimal("39.5")))
            return st.sampled_from([sixty, ((2, Decimal(100)),)])
        case Budget():
            return st.integers(-LARGEST_MINOR, LARGEST_MINOR)
        case Amount():
            return st.integers(1, LARGEST_MINOR)
        case Day():
            return st.dates(date(2000, 1, 1), date(2100, 1, 1))
        case Whole():
            return st.integers(question.least, question.most)
        case Person():
            return st.sampled_from(["U0ANA", "W0BEN"])
        case People():
            return st.sampled_from([("U0ANA",), ("U0ANA", "W0BEN")])
        case Channel():
            return st.sampled_from(["C0PAY", "G0SECRET"])
        case Choice():
            found = [value for _, value in question.pairs(facts)]
            if isinstance(question, Several):
                chosen = st.sets(st.sampled_from(found), min_size=1).map(
                    lambda some: ",".join(each for each in found if each in some)
                )
            else:
                chosen = st.sampled_from(found)
            return chosen.map(lambda text: question.take(text, facts)) if found else st.none()
        case _:
            longest = st.just(text * (question.longest // len(text)))
            return (WORDS.map(lambda said: tidy(said)[: question.longest]) | longest).map(
                lambda said: question.take(said, facts)
            )


def held_of(form, facts, data, text=HOSTILE):
    """What a noun may hold of it, where the form itself takes it."""
    held = {}
    for name, question in form.questions().items():
        values = values_for(question, facts, text)
        says = values.filter(lambda value: any(c.isalnum() for c in str(value or "")))
        held[name] = data.draw(says if form.needs(name, facts) else st.none() | values, name)
    return held


def drawn(action, form, held, facts):
    memory = Memory(at=10**13, stack=(str(the_longest(action)),), channel="C0123456789")
    return form_view(Open(form, "Edit", action.model_construct(), held, facts), memory.text)


def answered(view):
    """What Slack sends of a form that nobody typed into."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            begun = {k[8:]: v for k, v in element.items() if k.startswith("initial_")}
            state = {"value": begun.get("value"), "selected_option": begun.get("option")}
            state |= {"selected_date": begun.get("date"), "selected_user": begun.get("user")}
            state |= {"selected_conversation": begun.get("conversation")}
            state |= {f"selected_{kind}": begun.get(kind) for kind in ("options", "users")}
            values[block["block_id"]] = {element["action_id"]: state}
    return answers_of({"state": {"values": values}})


def test_each_action_is_heard_in_one_way_and_each_form_opens_before_it_is_saved():
    known = ([PAGE], [OPENS], [DOES], [OPENS, SAVES], [OPENS, CHECKS, SAVES])
    for action in ACTED:
        ways = [way for way in WAYS if routes.find(way, action.model_construct())]
        assert ways in known, action.kind
        assert (PAGE in ways) == issubclass(action, Page), action.kind
        assert action.kind not in {*ACTIONS, *VIEWS}


def test_each_action_comes_back_as_it_was_carried_and_leaves_room_for_the_pages_beneath():
    longest = [the_longest(action) for action in ACTED]
    page = max((str(each) for each in longest if isinstance(each, Page)), key=len)
    for each in longest:
        assert read_action(str(each)) == each
        assert len(str(each)) <= LONGEST_ACTION, each.kind
        assert heard_as({"action_id": "x", "value": str(each)}) == each.kind
        memory = Memory(at=10**13, stack=(page, page, str(each)), channel="C" * 32)
        assert len(memory.text) <= MOST_METADATA, each.kind


def test_what_was_typed_fits_into_the_memory_of_the_look_at_what_it_would_do():
    for route in routes.of(CHECKS):
        texts = {name: '"' * question.longest for name, question in route.form.questions().items()}
        for name, question in route.form.questions().items():
            if isinstance(question, Choice):
                count = question.most if isinstance(question, Several) else 1
                texts[name] = ",".join(["1" * 10] * count)
        stack = (str(ThePage(number=100_000)), str(the_longest(route.action)))
        memory = Memory(at=10**13, stack=stack, channel="C" * 32, typed=texts)
        assert len(memory.text) <= MOST_METADATA, route.action.kind


class ThePage(Page):
    """The longest of the pages that a form is opened from."""

    portfolio: int = 2**31 - 1


@pytest.mark.parametrize("form", FORMS, ids=lambda each: each.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_each_form_held_drawn_and_read_equals_itself(form, data):
    """But for what is found by typing: that is asked only where it is not held."""
    facts = {name: fact for name, fact in facts_for(form).items() if not isinstance(fact, Found)}
    held = held_of(form, facts, data)
    written = form(**{name: value for name, value in held.items() if value is not None})
    if dict(written.check(facts)):
        return
    view = drawn(next(action for action, of in SAVED if of is form), form, held, facts)
    assert [str(problem) for problem in check_view(view)] == []
    assert form.read(answered(view), facts) == written


@pytest.mark.parametrize(("action", "form"), SAVED, ids=lambda each: each.__name__)
def test_slack_takes_each_form_with_hostile_and_longest_texts_and_lists(action, form):
    questions = form.questions()
    held = {name: (HOSTILE * 200)[: questions[name].longest] for name in texts_of(form)}
    lists = {n for n, q in questions.items() if isinstance(q, Choice) and not q.among}
    empty = {n for n in lists if not isinstance(questions[n].of, EnumType)}
    for count in LISTS:
        view = drawn(action, form, held, facts_for(form, count, HOSTILE * 20))
        assert [str(problem) for problem in check_view(view)] == [], count
        asked = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert questions.keys() - asked == (empty if count == 0 else set()), count


def texts_of(form):
    """The questions that take any text."""
    kinds = {name: type(question).__name__ for name, question in form.questions().items()}
    return [name for name, kind in kinds.items() if kind in {"Line", "Paragraph"}]


def test_each_form_says_what_is_missing_and_what_is_too_long_at_its_field():
    for form in FORMS:
        blank = dict.fromkeys(form.questions(), "  ")
        too_long = {name: "x" * (form.questions()[name].longest + 1) for name in texts_of(form)}
        must = [name for name in blank if form.needs(name, facts_for(form))]
        for answers, expected in ((blank, must), (too_long, texts_of(form))):
            assert set(expected) <= refused(form, answers), form


def refused(form, answers):
    """The fields at which the form says something."""
    try:
        form.read(answers, facts_for(form))
    except FieldMistakes as found:
        return found.errors.keys()
    return set()


def test_a_long_list_is_searched_by_words_and_gives_as_many_as_slack_takes():
    question = Choice(label="Which?", options="themes")
    facts = {"themes": [(f"Theme {n} of many", n) for n in range(500)]}
    assert len(found_options(question, facts, "")) == 100
    assert [each["value"] for each in found_options(question, facts, "MANY 499")] == ["499"]
    assert found_options(question, facts, "nowhere") == []


class EveryKind(Form):
    """Each kind of question that no form may have at the moment."""

    stage: Annotated[str, Choice(label="Which?", among=[OneOf("A", "a", "Why")], of=str)] = "a"
    days: Annotated[tuple[str, ...], Several(label="When?", among=[OneOf("B", "b")], of=str)] = ()
    epics: Annotated[tuple[int, ...], Several(label="Which?", options="epics")] = ()
    people: Annotated[tuple[str, ...], People(label="Who?")] = ()
    channel_id: Annotated[str | None, Channel(label="Where?")] = None
    most: Annotated[int | None, Whole(label="How many?", only="limited")] = None


def test_a_form_of_every_kind_of_question_is_drawn_and_read_as_it_was_held():
    held = {"stage": "a", "days": ("b",), "people": (ANA, "U0BEN"), "channel_id": "C0", "most": 7}
    for count in LISTS:
        facts = facts_for(EveryKind, count)
        held |= {"epics": tuple(range(1, 1 + min(count, 99)))}
        view = drawn(routes.of(SAVES)[0].action, EveryKind, held, facts)
        assert [str(problem) for problem in check_view(view)] == [], count
        assert EveryKind.read(answered(view), facts) == EveryKind(**held), count


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"days": "b,c"}, "days"),
        ({"epics": ",".join(map(str, range(1, 102)))}, "epics"),
        ({"most": "0"}, "most"),
        ({"most": "1.5"}, "most"),
        ({"most": "10000"}, "most"),
        ({"stage": None}, "stage"),
    ],
)
def test_what_is_not_on_the_list_too_many_and_no_number_is_said_at_its_field(answers, field):
    with pytest.raises(FieldMistakes) as found:
        EveryKind.read({"stage": "a"} | answers, facts_for(EveryKind, 200))
    assert found.value.errors.keys() == {field}


def test_what_does_not_hold_is_not_asked_and_what_is_usual_stands_in_a_new_form():
    facts = facts_for(EveryKind) | {"limited": False}
    opened = Open(EveryKind, "New", None, facts=facts)
    assert "most" not in opened.asked()
    assert opened.spelled["stage"] == "a"
    assert [name for name in opened.asked() if EveryKind.must(name)] == ["stage"]


@pytest.mark.parametrize(
    ("count", "one", "several"),
    [(10, "radio_buttons", "checkboxes"), (11, "static_select", "multi_static_select")],
)
def test_more_than_slack_shows_in_sight_are_a_menu(count, one, several):
    among = tuple(OneOf(f"Number {n}", n) for n in range(count))
    fields = {
        "one": (int, Choice(label="One", among=among)),
        "several": (tuple[int, ...], Several(label="Several", among=among)),
    }
    names = {name: Annotated[kind, question] for name, (kind, question) in fields.items()}
    form = type("Numbers", (Form,), {"__annotations__": names, "__module__": __name__})
    view = form_view(Open(form, "Numbers", LinkEpic(project=1)), "")
    assert [str(p) for p in check_view(view)] == []
    assert [block["element"]["type"] for block in view["blocks"]] == [one, several]


def test_every_question_is_of_a_kind_that_can_be_drawn():
    kinds = {type(q) for form in FORMS for q in form.questions().values()}
    assert all(issubclass(kind, Question) for kind in kinds)
    assert Paragraph in kinds


def test_what_a_form_did_not_ask_stays_as_it_is_held():
    class Short(Form):
        title: Annotated[str, Question(label="What?")]
        owner_user_id: Annotated[str | None, Person(label="Who?")] = None

    read = Short.read({"title": "New"}, held={"title": "Old", "owner_user_id": ANA})
    assert (read.title, read.owner_user_id) == ("New", ANA)
    assert Short.unasked({}, {"title": None}) == ["title"]
    assert Short.unasked({}, {"title": "Old"}) == []


def test_every_route_is_listed_once_with_the_function_that_hears_it():
    found = list(listed())
    assert len(found) == len({(kind, name) for kind, name, _ in found})
    assert ("does", "close_theme", "bot.workflows.keeping.Kept.close") in found
    assert {"command", "shortcut", "event", "saves"} <= {kind for kind, _, _ in found}
    names = {name for kind, name, _ in found if kind in {"page", "opens", "does"}}
    assert {each.kind for each in ACTED} == names
    assert names < heard()["block_actions"].keys()
