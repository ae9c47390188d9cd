"""What is pointed to is there: two at once, of whom one ends it and the other points to it.

Each story is told in both orders.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from bot.workflows.board import digesting
from bot.workflows.board import home as looking
from bot.workflows.board.home import Chosen
from bot.workflows.decisions.closing import close_due
from bot.workflows.epics.answering import answer
from bot.workflows.epics.editing import edit
from bot.workflows.epics.linking import link
from bot.workflows.epics.moving import move
from bot.workflows.epics.stopping import stop
from bot.workflows.epics.transferring import give
from bot.workflows.keeping import Act
from bot.workflows.people import granting
from bot.workflows.people.workspaces import grant_admin
from bot.workflows.portfolio import merging, states
from bot.workflows.projects.keeping import PROJECTS, new_project
from bot.workflows.themes.keeping import OBJECTIVES, THEMES, new_objective, new_theme
from models.board.digest import Subscription, Wish
from models.board.home import Home
from models.decisions.question import Question
from models.epics.answer import AnswerKind, IdeaAnswer
from models.epics.epic import Epic
from models.errors import FieldMistakes
from models.people.role import Role, RoleGrant
from models.portfolio.board import StateInUse, StateShape
from models.portfolio.portfolio import Portfolio, State, ValueStream
from models.projects.forms import ProjectForm
from models.projects.project import Project, ProjectShare
from models.themes.aim import ObjectiveForm, ThemeForm
from models.themes.theme import Objective, Theme
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic
from tests.workflows.decisions.builders import a_council, opens, votes
from tests.workflows.meanwhile import meanwhile

pytestmark = pytest.mark.only_on("postgresql")
"""On SQLite one writes at a time, and nobody else points to anything meanwhile."""


@dataclass
class Shop:
    """PAY-1 in analyzing and ONB-1 in ready, a theme and a project; Ana may do everything."""

    database: object
    workspace_id: int
    portfolio_id: int

    def both(self, first, second):
        return meanwhile(self.database, partial(first, self), partial(second, self))

    def read(self, question):
        with self.database.read() as session:
            return question(self, session)

    def act(self, session):
        return Act(session, self.workspace_id, ANA, MONDAY)


@pytest.fixture
def shop(database):
    here = Shop(database, *a_portfolio(database))
    with database.write() as session:
        grant_admin(session, here.workspace_id, ANA, None, MONDAY)
        for prefix, state in (("PAY", "analyzing"), ("ONB", "ready")):
            epic = an_epic(session, here.workspace_id, stream(session, prefix).id, f"Idea {state}")
            session.add(epic.move(epic.portfolio.state(state), ANA, None, MONDAY))
        act = here.act(session)
        THEMES.add(act, new_theme(act, here.portfolio_id), ThemeForm(name="Growth"))
        shared = ((stream(session, "PAY").id, 100),)
        form = ProjectForm(code="P1", name="P1", shared=shared)
        PROJECTS.add(act, new_project(act, here.portfolio_id), form)
    return here


def stream(session, prefix):
    return session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()


def state(session, name):
    return session.scalars(select(State).where(State.name == name)).one()


def epic(session, key):
    return session.scalars(select(Epic).where(Epic.key == key)).one()


def merges(shop, session):
    source, target = stream(session, "ONB"), stream(session, "PAY")
    ids = source.id, target.id
    merging.merge(session, shop.workspace_id, ANA, *ids, source.version, MONDAY)


def gives(shop, session):
    to, which = stream(session, "ONB").id, epic(session, "PAY-1").id
    give(session, shop.workspace_id, ANA, which, to, "It fits there", MONDAY)


def moves(shop, session, name, key="PAY-1"):
    found = epic(session, key)
    to = session.scalar(select(State.id).where(State.name == name)) or 0
    move(session, shop.workspace_id, ANA, found.id, to, None, "So", MONDAY, override=True)


def subscribes(shop, session):
    wish = Wish(
        portfolio_id=shop.portfolio_id,
        value_stream_id=stream(session, "ONB").id,
        weekday=0,
        minute_of_day=540,
        time_zone="UTC",
    )
    digesting.subscribe(session, shop.workspace_id, ANA, "C0ONB", wish, MONDAY)


def shares(shop, session):
    shared = ((stream(session, "PAY").id, 50), (stream(session, "ONB").id, 50))
    project = session.scalars(select(Project)).one()
    form = ProjectForm(code="P1", name="P1", shared=shared)
    PROJECTS.change(shop.act(session), project.id, project.version, form)


def founds(shop, session):
    act = shop.act(session)
    shared = ((stream(session, "ONB").id, 100),)
    form = ProjectForm(code="P2", name="P2", shared=shared)
    PROJECTS.add(act, new_project(act, shop.portfolio_id), form)


def gives_role(shop, session):
    place = granting.place(session, shop.workspace_id, None, stream(session, "ONB").id)
    who = (session, shop.workspace_id, ANA, Role.STREAM_OWNER, place)
    granting.grant(*who, ["U0CLEO"], [], False, MONDAY)


def looks(shop, session):
    chosen = Chosen(value_stream_id=stream(session, "ONB").id)
    here = {"portfolio_id": shop.portfolio_id, "chosen": chosen}
    looking.choose(session, shop.workspace_id, ANA, MONDAY, **here)


def left_in_onboarding(shop, session):
    """Who still points to what was merged away, of what went along."""
    gone = stream(session, "ONB")
    assert gone.ended_at is not None
    there = []
    for noun in (Epic, Subscription, ProjectShare, Home):
        rows = session.scalars(select(noun).where(noun.value_stream_id == gone.id)).all()
        there += [type(row).__name__ for row in rows]
    return there


@pytest.mark.parametrize("points", [gives, subscribes, shares, founds, looks])
@pytest.mark.parametrize("merge_first", [True, False])
def test_nothing_is_left_in_a_stream_that_is_merged_meanwhile(shop, points, merge_first):
    first, second = (merges, points) if merge_first else (points, merges)
    refused = shop.both(first, second)
    assert refused is None or (merge_first and points is not looks)
    assert shop.read(left_in_onboarding) == []


def test_an_epic_that_moves_while_its_stream_is_merged_goes_along(shop):
    refused = shop.both(lambda here, session: moves(here, session, "analyzing", "ONB-1"), merges)
    assert refused is None
    assert shop.read(left_in_onboarding) == []


def test_nobody_is_given_a_role_in_a_stream_that_has_just_ended(shop):
    assert shop.both(merges, gives_role) is not None
    given = select(RoleGrant).where(RoleGrant.role == Role.STREAM_OWNER)
    assert shop.read(lambda here, session: session.scalars(given).all()) == []


def stops(shop, session):
    which = epic(session, "ONB-1").id
    stop(session, shop.workspace_id, ANA, which, None, "No use", None, MONDAY)


def restarts(shop, session):
    moves(shop, session, "ready", "ONB-1")


@pytest.mark.parametrize("merge_first", [True, False])
def test_an_epic_that_comes_back_while_its_stream_is_merged_follows(shop, merge_first):
    with shop.database.write() as session:
        stops(shop, session)
    first, second = (merges, restarts) if merge_first else (restarts, merges)
    assert shop.both(first, second) is None
    assert shop.read(left_in_onboarding) == []


def reshape(shop, session, name, deed):
    """Change the board's state of that name."""
    here = session.get_one(Portfolio, shop.portfolio_id)
    who = (session, shop.workspace_id, ANA, here.id, here.version)
    return deed(*who, state(session, name).id, MONDAY)


def removes(shop, session):
    reshape(shop, session, "reviewing", states.remove_state)


def commits(shop, session):
    reshape(shop, session, "ready", states.set_commitment_point)


def commits_early(shop, session):
    reshape(shop, session, "funnel", states.set_commitment_point)


def splits(shop, session, name="reviewing"):
    here = session.get_one(Portfolio, shop.portfolio_id)
    found = state(session, name)
    shape = StateShape(label=found.label, kind=found.kind, phased=True)
    who = (session, shop.workspace_id, ANA, here.id, here.version)
    states.change_state(*who, found.id, shape, MONDAY)


def reviews(shop, session):
    moves(shop, session, "reviewing")


@pytest.mark.parametrize("had_epics", [True, False])
@pytest.mark.parametrize("move_first", [True, False])
def test_no_epic_moves_into_a_state_that_is_removed_meanwhile(shop, had_epics, move_first):
    if had_epics:
        with shop.database.write() as session:
            reviews(shop, session)
            moves(shop, session, "analyzing")
    first, second = (reviews, removes) if move_first else (removes, reviews)
    refused = shop.both(first, second)
    assert isinstance(refused, StateInUse) if move_first else refused is not None
    stands = shop.read(lambda here, session: epic(session, "PAY-1").state.name)
    assert stands == ("reviewing" if move_first else "analyzing")


def says_yes(shop, session):
    """To the only idea, which goes on to reviewing."""
    idea = session.scalars(select(Epic).where(Epic.state_id == state(session, "funnel").id)).one()
    yes = IdeaAnswer(kind=AnswerKind.YES, theme_none_because="The law asks for it")
    answer(session, shop.workspace_id, ANA, idea.id, None, yes, MONDAY)


@pytest.mark.parametrize("goes_there", [reviews, says_yes])
@pytest.mark.parametrize("move_first", [True, False])
def test_an_epic_that_moves_into_a_state_while_it_is_split_stands_in_one_of_its_columns(
    shop, move_first, goes_there
):
    with shop.database.write() as session:
        an_epic(session, shop.workspace_id, stream(session, "PAY").id, "New")
    first, second = (goes_there, splits) if move_first else (splits, goes_there)
    assert shop.both(first, second) is None
    there = select(Epic.phase).where(Epic.state.has(name="reviewing"))
    assert shop.read(lambda here, session: session.scalars(there).all()) == ["testing"]


def go_is_voted(shop):
    """On PAY-1; where it closes that goes on to ready, in which ONB-1 stands."""
    with shop.database.write() as session:
        session.get_one(Portfolio, shop.portfolio_id).channel_id = "C0PORT"
        a_council(session, shop.portfolio_id, BEN)
        epic_id = epic(session, "PAY-1").id
    here = (shop.database, shop.workspace_id, epic_id)
    votes(shop.database, opens(*here, by=BEN, question=Question.GO), BEN, "no objection")


def goes(shop, session):
    close_due(session, 1, MONDAY + timedelta(hours=2))


@pytest.mark.parametrize("go_first", [True, False])
def test_what_a_decision_moves_into_a_state_while_it_is_split_stands_in_one_of_its_columns(
    shop, go_first
):
    go_is_voted(shop)
    split = partial(splits, name="ready")
    first, second = (goes, split) if go_first else (split, goes)
    assert shop.both(first, second) is None
    there = select(Epic.phase).where(Epic.state.has(name="ready"))
    found = shop.read(lambda here, session: session.scalars(there).all())
    assert found == ["testing", "testing"]


def looks_at_reviewing(shop, session):
    chosen = Chosen(state_id=state(session, "reviewing").id)
    here = {"portfolio_id": shop.portfolio_id, "chosen": chosen}
    looking.choose(session, shop.workspace_id, ANA, MONDAY, **here)


def test_nobodys_home_looks_at_a_state_that_has_just_been_removed(shop):
    assert shop.both(removes, looks_at_reviewing) is None
    chosen = shop.read(lambda here, session: session.scalars(select(Home)).one().state_id)
    assert chosen is None


@pytest.mark.parametrize("move_first", [True, False])
def test_an_epic_that_moves_while_the_commitment_point_does_is_committed(shop, move_first):
    with shop.database.write() as session:
        commits(shop, session)
        an_epic(session, shop.workspace_id, stream(session, "PAY").id, "New")

    def goes(here, session):
        moves(here, session, "reviewing", "PAY-2")

    first, second = (goes, commits_early) if move_first else (commits_early, goes)
    assert shop.both(first, second) is None
    assert shop.read(lambda here, session: epic(session, "PAY-2").committed_at) == MONDAY


def closes_theme(shop, session):
    theme = session.scalars(select(Theme)).one()
    THEMES.close(shop.act(session), theme.id, theme.version)


def closes_project(shop, session):
    project = session.scalars(select(Project)).one()
    PROJECTS.close(shop.act(session), project.id, project.version)


def serves(shop, session):
    which, theme = epic(session, "PAY-1").id, session.scalars(select(Theme)).one()
    texts, before = {"theme": str(theme.id)}, {"theme": None}
    edit(session, shop.workspace_id, ANA, which, texts, before, MONDAY)


def links(shop, session):
    project = session.scalars(select(Project)).one()
    link(shop.act(session), {"epic": (epic(session, "PAY-1").id, project.id)})


def aims(shop, session):
    act, theme = shop.act(session), session.scalars(select(Theme)).one()
    form = ObjectiveForm(title="More buyers", theme_id=theme.id)
    OBJECTIVES.add(act, new_objective(act, shop.portfolio_id), form)


def says_yes_for_the_theme(shop, session):
    """To PAY-1, which is still an idea."""
    theme = session.scalars(select(Theme)).one()
    yes = IdeaAnswer(kind=AnswerKind.YES, theme_id=theme.id)
    answer(session, shop.workspace_id, ANA, epic(session, "PAY-1").id, None, yes, MONDAY)


def an_idea_again(shop):
    with shop.database.write() as session:
        moves(shop, session, "funnel")


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_yes_serves_no_theme_that_has_just_closed(shop, yes_first):
    an_idea_again(shop)
    if yes_first:
        assert shop.both(says_yes_for_the_theme, closes_theme) is None
    else:
        assert isinstance(shop.both(closes_theme, says_yes_for_the_theme), FieldMistakes)
    assert (shop.read(theme_of_epic) is not None) is yes_first


def theme_of_epic(shop, session):
    return epic(session, "PAY-1").theme_id


def project_of_epic(shop, session):
    return epic(session, "PAY-1").project_id


def any_objective(shop, session):
    return session.scalars(select(Objective)).first()


@pytest.mark.parametrize(
    ("closes", "points", "pointed"),
    [
        (closes_theme, serves, theme_of_epic),
        (closes_theme, aims, any_objective),
        (closes_project, links, project_of_epic),
    ],
)
def test_nothing_points_to_what_has_just_closed(shop, closes, points, pointed):
    assert isinstance(shop.both(closes, points), FieldMistakes)
    assert shop.read(pointed) is None


@pytest.mark.parametrize(
    ("closes", "points"), [(closes_theme, serves), (closes_theme, aims), (closes_project, links)]
)
def test_what_closes_after_it_was_pointed_to_keeps_what_points_to_it(shop, closes, points):
    assert shop.both(points, closes) is None
