"""Themes, objectives and key results: kept, closed, read, and the work that serves them."""

from datetime import date
from decimal import Decimal

import pytest

from bot.workflows.keeping import ChangedSince
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.permitting import NotAllowed
from bot.workflows.themes import keeping as theming
from bot.workflows.themes import themes as surveying
from bot.workflows.themes.keeping import EnoughKeyResults
from models.epics.epic import Epic
from models.errors import FieldMistakes
from models.portfolio.portfolio import Portfolio
from models.themes.aim import (
    KeyResultAim,
    ObjectiveAim,
    Reading,
    ThemeAim,
    parse_key_result,
    parse_objective,
    parse_reading,
    parse_theme,
)
from models.themes.theme import KeyResult, Theme
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO = "U0CLEO"
TODAY = date(2026, 5, 18)


@pytest.fixture
def here(database):
    """The workspace's and the portfolio's ids; Ana is admin."""
    ids = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, ids[0], ANA, None, MONDAY)
    return ids


def a_theme(database, here, name="Fewer abandoned purchases", actor=ANA, seen=None):
    with database.write() as session:
        aim = ThemeAim(name)
        return theming.keep_theme(session, here[0], actor, here[1], seen, aim, MONDAY)


def an_objective(database, here, owner=BEN):
    with database.write() as session:
        aim = ObjectiveAim("More first-time buyers finish", owner_user_id=owner)
        return theming.keep_objective(session, here[0], ANA, here[1], None, aim)


def a_result(database, here, objective_id, aim=None):
    aim = aim or KeyResultAim("Checkout completion", "%", Decimal(61), Decimal(68))
    with database.write() as session:
        return theming.keep_key_result(session, here[0], ANA, objective_id, None, aim)


def page(database, here, viewer=ANA, number=1):
    with database.read() as session:
        return surveying.themes_page(session, here[0], viewer, here[1], number)


def test_only_the_council_and_admins_change_themes(database, here):
    with pytest.raises(NotAllowed) as refused:
        a_theme(database, here, actor=BEN)
    assert refused.value.sentence.startswith("Only the council or an admin can change themes")


def test_two_themes_of_a_portfolio_have_two_names(database, here):
    a_theme(database, here)
    with pytest.raises(FieldMistakes) as refused:
        a_theme(database, here)
    assert refused.value.errors == {"name": "There is a theme Fewer abandoned purchases already."}


def test_a_form_about_a_theme_that_was_changed_meanwhile_is_not_taken(database, here):
    theme = a_theme(database, here)
    a_theme(database, here, "Buyers who finish", seen=(theme.id, 1))
    with pytest.raises(ChangedSince):
        a_theme(database, here, "Something else", seen=(theme.id, 1))
    assert page(database, here).themes[0].theme.name == "Buyers who finish"


def test_closing_a_theme_keeps_its_epics_and_it_can_be_opened_again(database, here):
    theme = a_theme(database, here)
    with database.write() as session:
        stream = session.get_one(Portfolio, here[1]).value_streams[0]
        epic = an_epic(session, here[0], stream.id)
        epic.theme_id = theme.id
    with database.write() as session:
        theming.close_theme(session, here[0], ANA, theme.id, 1, MONDAY)
    with database.read() as session:
        assert session.get_one(Epic, epic.id).theme_id == theme.id
        assert session.get_one(Theme, theme.id).closed_at == MONDAY
    with database.write() as session:
        assert theming.close_theme(session, here[0], ANA, theme.id, 2, MONDAY).closed_at is None


def test_the_work_per_theme_counts_what_the_viewer_may_see_and_is_open(database, here):
    theme = a_theme(database, here)
    with database.write() as session:
        portfolio = session.get_one(Portfolio, here[1])
        stream = portfolio.value_streams[0]
        served, restricted, done, plain = (
            an_epic(session, here[0], stream.id, title) for title in ("A", "B", "C", "D")
        )
        for epic in (served, restricted, done):
            epic.theme_id = theme.id
        restricted.restricted = True
        restricted.owner_user_id = restricted.proposed_by = CLEO
        session.add(served.move(portfolio.state("analyzing"), ANA, None, MONDAY))
        session.add(done.move(portfolio.state("done"), ANA, None, MONDAY))
        assert plain.theme_id is None
    shown = page(database, here, "U0FAY")
    assert (shown.themes[0].in_flight, shown.themes[0].ideas) == (1, 0)
    assert (shown.without.in_flight, shown.without.ideas) == (0, 1)
    assert page(database, here, CLEO).themes[0].ideas == 1


def test_a_key_result_says_how_far_it_has_come_only_where_all_is_known(database, here):
    result = a_result(database, here, an_objective(database, here).id)
    assert result.percent_of_the_way is None
    with database.write() as session:
        reading = Reading(Decimal("64.2"), TODAY)
        read = theming.read_key_result(session, here[0], ANA, result.id, 1, reading)
        assert (read.percent_of_the_way, read.current_on) == (46, TODAY)
    with database.write() as session:
        unknown = Reading(None, None)
        read = theming.read_key_result(session, here[0], ANA, result.id, 2, unknown)
        assert (read.current, read.percent_of_the_way) == (None, None)


def test_who_looks_after_an_objective_says_where_its_key_results_stand(database, here):
    result = a_result(database, here, an_objective(database, here, owner=BEN).id)
    reading = Reading(Decimal(62), TODAY)
    with database.write() as session:
        theming.read_key_result(session, here[0], BEN, result.id, 1, reading)
    with database.write() as session, pytest.raises(NotAllowed):
        theming.read_key_result(session, here[0], CLEO, result.id, 2, reading)


def test_an_objective_has_as_many_key_results_as_a_form_shows(database, here):
    objective = an_objective(database, here)
    for _ in range(theming.MOST_KEY_RESULTS):
        a_result(database, here, objective.id)
    with pytest.raises(EnoughKeyResults):
        a_result(database, here, objective.id)


def test_a_removed_key_result_is_gone(database, here):
    result = a_result(database, here, an_objective(database, here).id)
    with database.write() as session:
        theming.remove_key_result(session, here[0], ANA, result.id, 1)
    with database.read() as session:
        assert session.get(KeyResult, result.id) is None


def test_themes_and_objectives_come_in_pages_and_a_page_past_the_end_is_the_last(database, here):
    for number in range(21):
        a_theme(database, here, f"Theme {number:02}")
    last = page(database, here, number=9)
    assert (last.number, last.pages, last.total, len(last.themes)) == (2, 2, 21, 1)
    for _ in range(7):
        an_objective(database, here)
    with database.read() as session:
        shown = surveying.objectives_page(session, here[0], ANA, here[1], None, 2)
    assert (shown.number, shown.pages, len(shown.objectives)) == (2, 2, 1)


def test_a_portfolio_of_another_workspace_has_no_themes_for_us(database, here):
    with database.read() as session, pytest.raises(surveying.UnknownTheme):
        surveying.themes_page(session, here[0] + 1, ANA, here[1], 1)


@pytest.mark.parametrize(
    ("parse", "answers", "errors"),
    [
        (parse_theme, {"name": " 🎉 "}, {"name": "Give it a few words"}),
        (parse_theme, {"name": "x" * 101}, {"name": "Up to 100 characters"}),
        (parse_objective, {"title": ""}, {"title": "What is to be true?"}),
        (parse_objective, {"title": "A", "due_on": "soon"}, {"due_on": "Write a date"}),
        (parse_key_result, {"title": "A", "baseline": "lots"}, {"baseline": "Write a number"}),
        (
            parse_key_result,
            {"title": "A", "baseline": "61", "target": "61,0"},
            {"target": "It began at 61 and should be 61.0"},
        ),
        (
            lambda answers: parse_reading(answers, TODAY),
            {"current": "1.234", "current_on": "2026-06-01"},
            {"current": "Is that a thousand", "current_on": "1 Jun 2026 is yet to come."},
        ),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(parse, answers, errors):
    with pytest.raises(FieldMistakes) as refused:
        parse(answers)
    assert refused.value.errors.keys() == errors.keys()
    for name, said in errors.items():
        assert refused.value.errors[name].startswith(said)


def test_figures_are_read_as_everywhere_and_what_is_empty_stays_unknown():
    aim = parse_key_result({"title": "Completion", "baseline": "61,5 %", "target": ""})
    assert (aim.baseline, aim.target, aim.unit) == (Decimal("61.5"), None, None)
    assert parse_reading({"current": "64.2"}, TODAY) == Reading(Decimal("64.2"), TODAY)
    assert parse_reading({"current": ""}, TODAY) == Reading(None, None)
