"""Themes, objectives and key results: kept, closed, read, and the work that serves them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete

from bot.workflows.keeping import Act, who_changed
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.redrawing import post
from bot.workflows.themes import keeping as theming
from bot.workflows.themes import themes as surveying
from models.audit import audit
from models.epics.epic import Epic
from models.errors import ChangedSince, FieldMistakes, Gone
from models.message import MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio
from models.themes.aim import KeyResultForm, ObjectiveForm, ReadingForm, ThemeForm
from models.themes.theme import MOST_KEY_RESULTS, ClosedTheme, EnoughKeyResults, KeyResult, Theme
from models.work import Work
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO = "U0CLEO"
TODAY = date(2026, 5, 18)
HOUR = timedelta(hours=1)


@pytest.fixture
def here(database):
    """The workspace's and the portfolio's ids; Ana is admin."""
    ids = a_portfolio(database)
    with database.write() as session:
        grant_admin(session, ids[0], ANA, None, MONDAY)
    return ids


def act(session, here, actor=ANA):
    return Act(session, here[0], actor, MONDAY)


def a_theme(database, here, name="Fewer abandoned purchases", actor=ANA):
    with database.write() as session:
        does = act(session, here, actor)
        return theming.THEMES.add(does, theming.new_theme(does, here[1]), ThemeForm(name=name))


def an_objective(database, here, owner=BEN):
    form = ObjectiveForm(title="More first-time buyers finish", owner_user_id=owner)
    with database.write() as session:
        does = act(session, here)
        return theming.OBJECTIVES.add(does, theming.new_objective(does, here[1]), form)


def a_result(database, here, objective_id):
    form = KeyResultForm(
        title="Checkout completion", unit="%", baseline=Decimal(61), target=Decimal(68)
    )
    with database.write() as session:
        return theming.add_key_result(act(session, here), objective_id, form)


def renamed(database, here, theme, version, name):
    with database.write() as session:
        form = ThemeForm(name=name)
        return theming.THEMES.change(act(session, here), theme.id, version, form)


def page(database, here, viewer=ANA, number=1):
    with database.read() as session:
        return surveying.themes_page(act(session, here, viewer), here[1], number)


def test_only_the_council_and_admins_change_themes(database, here):
    with pytest.raises(NotAllowed) as refused:
        a_theme(database, here, actor=BEN)
    assert refused.value.sentence.startswith("Only the council or an admin can change themes")


def test_two_themes_of_a_portfolio_have_two_names(database, here):
    a_theme(database, here)
    with pytest.raises(FieldMistakes) as refused:
        a_theme(database, here)
    assert refused.value.errors == {"name": "There is already a theme Fewer abandoned purchases."}


def test_a_form_about_a_theme_that_was_changed_meanwhile_is_not_taken(database, here):
    theme = a_theme(database, here)
    renamed(database, here, theme, 1, "Buyers who finish")
    with pytest.raises(ChangedSince):
        renamed(database, here, theme, 1, "Something else")
    assert page(database, here).themes[0].theme.name == "Buyers who finish"


def test_closing_a_theme_keeps_its_epics_and_it_can_be_opened_again(database, here):
    theme = a_theme(database, here)
    with database.write() as session:
        stream = session.get_one(Portfolio, here[1]).value_streams[0]
        epic = an_epic(session, here[0], stream.id)
        epic.theme_id = theme.id
    with database.write() as session:
        theming.THEMES.close(act(session, here), theme.id, 1)
    with database.read() as session:
        assert session.get_one(Epic, epic.id).theme_id == theme.id
        assert session.get_one(Theme, theme.id).closed_at == MONDAY
    with database.write() as session:
        assert theming.THEMES.close(act(session, here), theme.id, 2).closed_at is None


def test_ideas_show_that_a_theme_is_asked_for_from_the_first_one_on(database, here):
    with database.write() as session:
        portfolio = session.get_one(Portfolio, here[1])
        portfolio.state("funnel").exit_requires = ["theme"]
        epic = an_epic(session, here[0], portfolio.value_streams[0].id)
        card = post(session, here[0], MessageKind.EPIC_CARD, epic.id, "C0PAY", MONDAY).work_key

    def drawn_after(change):
        with database.write() as session:
            session.execute(delete(Work))
        changed = change()
        with database.read() as session:
            lacks = session.get_one(Epic, 1).lacks(MONDAY)
            return changed, (session.get(Work, (here[0], card)) is not None, bool(lacks))

    def close(theme):
        with database.write() as session:
            return theming.THEMES.close(act(session, here), theme.id, theme.version)

    first, shown = drawn_after(lambda: a_theme(database, here))
    assert shown == (True, True)
    second, shown = drawn_after(lambda: a_theme(database, here, "Less paper"))
    assert shown == (False, True)
    assert drawn_after(lambda: close(second))[1] == (True, True)
    assert drawn_after(lambda: close(first))[1] == (True, False)


def test_no_objective_comes_under_a_closed_theme(database, here):
    theme = a_theme(database, here)
    with database.write() as session:
        does, form = act(session, here), ObjectiveForm(title="Kept", theme_id=theme.id)
        kept = theming.OBJECTIVES.add(does, theming.new_objective(does, here[1], theme.id), form)
        theming.THEMES.close(does, theme.id, 1)
    with database.write() as session:
        does = act(session, here)
        with pytest.raises(ClosedTheme) as refused:
            theming.new_objective(does, here[1], theme.id)
        assert refused.value.errors == {
            "theme_id": "Fewer abandoned purchases is closed. Choose another theme."
        }
        with pytest.raises(ClosedTheme):
            theming.OBJECTIVES.add(does, theming.new_objective(does, here[1]), form)
    with database.write() as session:
        theming.OBJECTIVES.change(act(session, here), kept.id, 1, form)  # what it has it keeps
    alone = an_objective(database, here)
    with database.write() as session, pytest.raises(ClosedTheme):
        theming.OBJECTIVES.change(act(session, here), alone.id, 1, form)


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
        form = ReadingForm(current=Decimal("64.2"), current_on=TODAY)
        read = theming.read_key_result(act(session, here), result.id, 1, form)
        assert (read.percent_of_the_way, read.current_on) == (46, TODAY)
    with database.write() as session:
        read = theming.read_key_result(act(session, here), result.id, 2, ReadingForm())
        assert (read.current, read.current_on, read.percent_of_the_way) == (None, None, None)


def test_who_looks_after_an_objective_says_where_its_key_results_stand(database, here):
    result = a_result(database, here, an_objective(database, here, owner=BEN).id)
    form = ReadingForm(current=Decimal(62))
    with database.write() as session:
        read = theming.read_key_result(act(session, here, BEN), result.id, 1, form)
        assert read.current_on == TODAY
    with database.write() as session, pytest.raises(NotAllowed):
        theming.read_key_result(act(session, here, CLEO), result.id, 2, form)


def test_an_objective_has_as_many_key_results_as_a_form_shows(database, here):
    objective = an_objective(database, here)
    for _ in range(MOST_KEY_RESULTS):
        a_result(database, here, objective.id)
    with pytest.raises(EnoughKeyResults):
        a_result(database, here, objective.id)


def test_a_removed_key_result_is_gone(database, here):
    result = a_result(database, here, an_objective(database, here).id)
    with database.write() as session:
        theming.KEY_RESULTS.remove(act(session, here), result.id, 1)
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
        shown = surveying.objectives_page(act(session, here), here[1], None, 2)
    assert (shown.number, shown.pages, len(shown.objectives)) == (2, 2, 1)


def test_a_portfolio_of_another_workspace_has_no_themes_for_us(database, here):
    with database.read() as session, pytest.raises(Gone):
        surveying.themes_page(act(session, (here[0] + 1, here[1])), here[1], 1)


def test_a_theme_of_another_workspace_is_not_there_for_us(database, here):
    theme = a_theme(database, here)
    with database.write() as session, pytest.raises(Gone):
        theming.THEMES.close(act(session, (here[0] + 1, here[1])), theme.id, 1)


def test_who_changed_something_last_since_it_was_shown_is_known(database, here):
    theme = a_theme(database, here)
    with database.write(audit.Act(BEN, "form", MONDAY + HOUR)) as session:
        session.get_one(Theme, theme.id).name = "Buyers who finish"
    with database.read() as session:
        assert who_changed(session, Theme, theme.id, MONDAY) == BEN
        assert who_changed(session, Theme, theme.id, MONDAY + HOUR) is None
