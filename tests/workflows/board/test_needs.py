"""What holds of every need that is declared, whatever it is about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from bot.views.board.needs import Surface, Where, lines_of
from bot.workflows.board import confirming
from bot.workflows.board.fact_check import TO_CONFIRM
from bot.workflows.board.needs import NEEDS
from bot.workflows.board.over_limit import OVER_LIMIT
from bot.workflows.budgets import considering, funding, ledger, shifting
from bot.workflows.budgets.commitments import carrying
from bot.workflows.budgets.commitments.waiting import UNCOVERED
from bot.workflows.budgets.waiting import MOVED, SHIFTS
from bot.workflows.decisions import changing, closing, register
from bot.workflows.decisions.follow_up import reviewing, waiting
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.decisions.follow_up.waiting import CLOSED, DECIDED
from bot.workflows.decisions.opening import opening
from bot.workflows.decisions.register import BALLOT, TIE
from bot.workflows.decisions.signals import asking
from bot.workflows.decisions.signals.asking import SIGNALLED
from bot.workflows.epics import blocking
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import ANSWER, LACKING, OVERRIDDEN, QUESTION, STALE, UNOWNED
from bot.workflows.flow.crossing import CROSSED
from bot.workflows.keeping import Act
from bot.workflows.needs import Asked
from bot.workflows.people.workspaces import grant_admin, workspace_of
from bot.workflows.portfolio.streams import OWNERLESS
from bot.workflows.projects.slips import SLIPPED, Slip
from models.budgets.commitments.commitment import Commitment
from models.budgets.forms import FundingForm, ShiftForm
from models.budgets.period import fiscal_year
from models.budgets.shift import Shift
from models.decisions.follow_up.outcome_review import Became, Occasion, OutcomeForm, OutcomeReview
from models.decisions.form import DecideForm, DecisionForm
from models.decisions.signal import NotYetForm, Signal, SignalCheck
from models.epics.answer import Answer, AnswerKind
from models.epics.epic import Epic
from models.people.handover import Departure
from models.people.role import Role, RoleGrant, UserGroupMember
from models.portfolio.portfolio import Portfolio, ValueStream
from models.projects.project import Milestone, Project, ProjectShare
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

CLEO = "U0CLEO"
DAY = timedelta(days=1)
FEW = 3


@dataclass(frozen=True)
class Story:
    """How one of a kind comes to wait for Ana, by its title, and how it ends."""

    begins: Callable
    ends: Callable
    is_about_epics: bool = True
    statements: int = 1


def blocks_an_epic(session, here, stream, title, at, **more):
    epic = an_epic(session, here[0], stream.id, title)
    for name, value in more.items():
        setattr(epic, name, value)
    session.flush()
    blocking.block(session, here[0], ANA, epic.id, "waits for the bank", at)
    return epic.id


def has_an_idea(session, here, stream, title, at, **more):
    stream.owner_user_id = ANA
    epic = an_epic(session, here[0], stream.id, title, at=at)
    for name, value in more.items():
        setattr(epic, name, value)
    session.flush()
    return epic.id


def answers_it(session, here, epic_id, at):
    session.get_one(Epic, epic_id).answered_at = at


def asks_about_it(session, here, stream, title, at, **more):
    idea_id = has_an_idea(session, here, stream, title, at, **more)
    said(session, here, idea_id, AnswerKind.QUESTION, at)
    return idea_id


def said(session, here, idea_id, kind, at):
    epic = session.get_one(Epic, idea_id)
    epic.answered_at = epic.answered_at or at
    here = {"workspace_id": here[0], "epic_id": idea_id}
    session.add(Answer(**here, kind=kind, words="So", by_user_id=BEN, at=at))
    session.flush()


def replies_to_it(session, here, idea_id, at):
    said(session, here, idea_id, AnswerKind.REPLY, at)


def has_no_owner(session, here, stream, title, at, **more):
    return has_an_idea(session, here, stream, title, at, owner_user_id=None, **more)


def gives_it_an_owner(session, here, epic_id, at):
    session.get_one(Epic, epic_id).owner_user_id = BEN


def is_silent(session, here, stream, title, at, **more):
    """For two weeks at the moment."""
    epic = an_epic(session, here[0], stream.id, title, at=at - 14 * DAY)
    for name, value in more.items():
        setattr(epic, name, value)
    session.add(epic.move(epic.portfolio.state("implementing"), BEN, None, at - 14 * DAY))
    session.flush()
    return epic.id


def says_that_it_is_right(session, here, epic_id, at):
    confirming.confirm(session, here[0], ANA, epic_id, at)


def slips(session, here, stream, title, at):
    """A milestone that was to come the day before."""
    place = {"workspace_id": here[0]}
    project = Project(
        portfolio_id=here[1], code=title, name=title, owner_user_id=ANA, created_at=at, **place
    )
    agreed = (at - DAY).date()
    project.milestones.append(Milestone(code="M1", name="Go-live", baseline_on=agreed, **place))
    project.shares.append(ProjectShare(value_stream_id=stream.id, percent=100, **place))
    session.add(project)
    session.flush()
    return project.milestones[0].id


def comes(session, here, milestone_id, at):
    session.get_one(Milestone, milestone_id).actual_on = at.date()


def asks_for_a_shift(session, here, stream, title, at):
    """Of a stream without an owner, by finance alone: an admin says yes, who is Ana."""
    stream.owner_user_id = None
    prefix = "".join(letter for letter in title.upper() if letter.isalnum())[-8:]
    taker = ValueStream(
        workspace_id=here[0], portfolio_id=here[1], name=title, key_prefix=f"T{prefix}"
    )
    session.add(taker)
    grant_admin(session, here[0], ANA, None, at)
    place = {"workspace_id": here[0], "portfolio_id": here[1]}
    session.merge(RoleGrant(id=99, user_id="U0DANA", role=Role.FINANCE, **place))
    session.flush()
    funded = FundingForm(value_stream_id=stream.id, amount_minor=1_000, reason="The budget")
    act = Act(session, here[0], "U0DANA", at)
    funding.fund(act, here[1], funded)
    form = ShiftForm(
        from_stream_id=stream.id, to_stream_id=taker.id, amount_minor=1, reason="It waits."
    )
    portfolio = considering.portfolio_to_shift_in(act, here[1])
    seen = considering.consider(act, portfolio, form).mark
    return shifting.ask(act, here[1], form, seen).id


def lacks_its_money(session, here, stream, title, at, **more):
    """What was committed where it came from, and Payments of Ana has not."""
    stream.owner_user_id = ANA
    epic = an_epic(session, here[0], stream.id, title, at=at)
    for name, value in more.items():
        setattr(epic, name, value)
    session.flush()
    none = {"decided_minor": 0, "promised_minor": 0}
    here = {"epic_id": epic.id, "workspace_id": here[0]}
    session.add(Commitment(**here, **none, uncovered_minor=300))
    session.flush()
    return epic.id


def is_covered(session, here, epic_id, at):
    place = {"workspace_id": here[0], "portfolio_id": here[1]}
    session.merge(RoleGrant(id=99, user_id="U0DANA", role=Role.FINANCE, **place))
    session.flush()
    stream = session.get_one(Epic, epic_id).value_stream
    funded = FundingForm(value_stream_id=stream.id, amount_minor=300, reason="The budget")
    funding.fund(Act(session, here[0], "U0DANA", at), here[1], funded)
    carrying.cover(Act(session, here[0], ANA, at), epic_id)


def puts_to_a_vote(session, here, stream, title, at, **more):
    """Ana is the council."""
    epic = an_epic(session, here[0], stream.id, title, at=at)
    for name, value in more.items():
        setattr(epic, name, value)
    portfolio = epic.portfolio
    place = {"workspace_id": epic.workspace_id, "portfolio_id": portfolio.id}
    if session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.COUNCIL)) is None:
        session.add(RoleGrant(role=Role.COUNCIL, user_id=ANA, **place))
    portfolio.channel_id, portfolio.live_at = "C0PORT", min(portfolio.live_at, at)
    session.add(epic.move(portfolio.state("implementing"), BEN, None, at))
    session.flush()
    form = DecisionForm(closes_on=(at + 7 * DAY).date())
    opening.open_decision(Act(session, epic.workspace_id, ANA, at), epic.id, form)
    return epic.id


def closes_the_vote(session, here, epic_id, at):
    """Nobody has voted, so it is extended once."""
    decision = register.newest_about(session, session.get_one(Epic, epic_id))
    for _ in range(2):
        closing.close_due(session, decision.id, decision.closes_at)


def ends_in_a_tie(session, here, stream, title, at, **more):
    epic_id = puts_to_a_vote(session, here, stream, title, at, **more)
    decision = register.newest_about(session, session.get_one(Epic, epic_id))
    decision.tie_breaker = ANA
    decision.tie(["persevere", "stop"], at)
    return epic_id


def breaks_it(session, here, epic_id, at):
    decision = register.newest_about(session, session.get_one(Epic, epic_id))
    form = DecideForm(outcome="stop", why="It is late")
    changing.break_tie(Act(session, here[0], ANA, at), decision.id, form)


def is_to_be_looked_at_again(session, here, stream, title, at, **more):
    epic = an_epic(session, here[0], stream.id, title)
    for name, value in more.items():
        setattr(epic, name, value)
    epic.owner_user_id = ANA
    session.add(epic.move(epic.portfolio.state("done"), BEN, None, at))
    session.add(OutcomeReview.of(epic, Occasion.FOUR_WEEKS, at.date()))
    return epic.id


def says_what_became_of_it(session, here, epic_id, at):
    said = OutcomeForm(became=Became.PARTLY)
    reviewing.record(Act(session, here[0], ANA, at), epic_id, said)


def is_short_of_its_target(session, here, stream, title, at, **more):
    """Nobody has said for three working days whether to decide on it."""
    epic = an_epic(session, here[0], stream.id, title)
    for name, value in more.items():
        setattr(epic, name, value)
    epic.owner_user_id = ANA
    session.add(epic.move(epic.portfolio.state("implementing"), BEN, None, at))
    epic.target_on = (at - 5 * DAY).date()
    asked = {"workspace_id": here[0], "epic_id": epic.id, "value": Decimal(64), "says": "Short."}
    asked |= {"signal": Signal.TARGET, "mark": str(epic.target_on), "asked_at": at - 4 * DAY}
    session.add(SignalCheck(needed_on=at.date(), **asked))
    session.flush()
    return epic.id


def says_not_yet(session, here, epic_id, at):
    check_id = session.scalar(select(SignalCheck.id).where(SignalCheck.epic_id == epic_id))
    form = NotYetForm(because="Two markets began late")
    asking.not_yet(Act(session, here[0], ANA, at), check_id, 1, form)


def is_decided_and_waits(session, here, stream, title, at, **more):
    epic_id = puts_to_a_vote(session, here, stream, title, at, **more)
    session.get_one(Epic, epic_id).owner_user_id = ANA
    decision = register.newest_about(session, session.get_one(Epic, epic_id))
    decision.close(decision.tally(["persevere"]), at)
    decision.wait_for("a place: Delivering is full")
    return epic_id


def has_its_place(session, here, epic_id, at):
    decision = register.newest_about(session, session.get_one(Epic, epic_id))
    waiting.try_again(Act(session, here[0], ANA, at), decision.id)


STORIES = {
    SIGNALLED: Story(begins=is_short_of_its_target, ends=says_not_yet),
    TIE: Story(begins=ends_in_a_tie, ends=breaks_it),
    DECIDED: Story(begins=is_decided_and_waits, ends=has_its_place),
    OUTCOME: Story(begins=is_to_be_looked_at_again, ends=says_what_became_of_it),
    ANSWER: Story(begins=has_an_idea, ends=answers_it),
    QUESTION: Story(begins=asks_about_it, ends=replies_to_it),
    STALE: Story(begins=is_silent, ends=says_that_it_is_right),
    UNOWNED: Story(begins=has_no_owner, ends=gives_it_an_owner),
    SLIPPED: Story(begins=slips, ends=comes, is_about_epics=False, statements=2),
    BALLOT: Story(begins=puts_to_a_vote, ends=closes_the_vote),
    UNCOVERED: Story(begins=lacks_its_money, ends=is_covered),
    BLOCKED: Story(
        begins=blocks_an_epic,
        ends=lambda session, here, epic_id, at: blocking.unblock(
            session, here[0], ANA, epic_id, at
        ),
    ),
    SHIFTS: Story(
        begins=asks_for_a_shift,
        ends=lambda session, here, shift_id, at: shifting.approve(
            Act(session, here[0], ANA, at), shift_id
        ),
        is_about_epics=False,
    ),
}
FOR_SOME = {OVER_LIMIT, CROSSED, CLOSED, MOVED, LACKING, OVERRIDDEN, OWNERLESS, TO_CONFIRM}
"""What waits for channels alone, or for persons alone; each has tests of its own."""

every_need = pytest.mark.parametrize("need", STORIES, ids=lambda need: need.name)
every_need_of_epics = pytest.mark.parametrize(
    "need",
    [need for need, story in STORIES.items() if story.is_about_epics],
    ids=lambda need: need.name,
)


def test_every_need_is_held_to_what_holds_of_all():
    assert {*STORIES, *FOR_SOME} == set(NEEDS)
    assert len({need.name for need in NEEDS}) == len(NEEDS)


def test_what_others_wait_for_stands_first_in_home():
    assert NEEDS[:3] == (BALLOT, TIE, SHIFTS)


@pytest.fixture
def shop(database):
    """Payments of Ben, and Onboarding, live for long."""
    here = a_portfolio(database)
    with database.write() as session:
        session.get_one(Portfolio, here[1]).live_at = MONDAY - 900 * DAY
    return here


def waits(database, shop, need, title, at=MONDAY, *, prefix="PAY", **more):
    """One of the kind that waits for Ana since the moment."""
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()
        return STORIES[need].begins(session, shop, stream, title, at, **more)


def is_over(database, shop, need, id_, at):
    with database.write() as session:
        STORIES[need].ends(session, shop, id_, at)


def asked(session, *, at=MONDAY + DAY, stream=None, user_id=None):
    """By a channel or a person."""
    streams = session.scalars(select(ValueStream.id).where(ValueStream.name == stream)).first()
    return Asked(
        session=session,
        portfolio=session.scalars(select(Portfolio)).one(),
        stream_id=streams,
        viewer=user_id,
        whose=user_id,
        at=at,
        now=at,
        few=FEW,
    )


def in_channel(database, need, at=MONDAY + DAY, *, stream=None):
    with database.read() as session:
        return need.find(asked(session, at=at, stream=stream))


def for_person(database, need, user_id):
    with database.read() as session:
        return need.find(asked(session, user_id=user_id))


def titles(top):
    """What each is about: an epic, a project, or the stream that is to have the money."""
    return [title(each[0] if isinstance(each, tuple) else each) for each in top.some]


def title(each):
    if isinstance(each, Slip):
        return each.project.name
    return each.to_stream.name if isinstance(each, Shift) else getattr(each, "epic", each).title


@every_need
def test_a_few_are_named_those_that_wait_the_longest_first_and_all_are_counted(
    database, shop, need
):
    there = []
    for days in (2, 1, 3, 0, None):
        for found in (in_channel(database, need), for_person(database, need, ANA)):
            named = [f"{each} days" for each in sorted(there, reverse=True)[:FEW]]
            assert (titles(found), found.count) == (named, len(there))
        if days is not None:
            waits(database, shop, need, f"{days} days", MONDAY - days * DAY)
            there.append(days)


@every_need
def test_a_channel_is_asked_for_what_waited_at_the_moment_and_still_does(database, shop, need):
    found = waits(database, shop, need, "stuck", MONDAY)
    assert in_channel(database, need, MONDAY - DAY).count == 0
    assert in_channel(database, need, MONDAY).count == 1
    is_over(database, shop, need, found, MONDAY + DAY)
    assert in_channel(database, need, MONDAY).count == 0
    assert for_person(database, need, ANA).count == 0


@every_need
def test_a_stream_s_channel_is_asked_for_its_own_alone_and_nobody_for_what_is_another_s(
    database, shop, need
):
    waits(database, shop, need, "here")
    waits(database, shop, need, "there", prefix="ONB")
    assert titles(in_channel(database, need, stream="Payments")) == ["here"]
    assert in_channel(database, need).count == 2
    assert for_person(database, need, BEN).count == 0


@every_need_of_epics
def test_what_is_restricted_is_named_and_counted_for_its_circle_alone(database, shop, need):
    waits(database, shop, need, "secret", restricted=True)
    assert in_channel(database, need).count == 0
    assert titles(for_person(database, need, ANA)) == ["secret"]
    waits(database, shop, need, "open")
    with database.read() as session:
        by_all = asked(session)
        assert need.find(replace(by_all, viewer=ANA)).count == 2
        seen = need.find(replace(by_all, viewer="U0DANA"))
        assert (titles(seen), seen.count) == (["open"], 1)


@every_need
def test_it_is_one_statement_with_all_that_its_line_says(database, shop, need):
    for number in range(FEW):
        waits(database, shop, need, f"number {number}")
    said = []
    listen = lambda *arguments: said.append(arguments[2])  # noqa: E731 - a one-line listener
    with database.read() as session:
        by_all = asked(session, at=MONDAY)
        assert by_all.portfolio.states
        event.listen(database.engine, "before_cursor_execute", listen)
        lines_of(need, need.find(by_all).some, Surface(Where.LEAD, MONDAY))
        event.remove(database.engine, "before_cursor_execute", listen)
    assert len(said) == STORIES[need].statements


def test_a_tie_whose_breaker_left_slack_waits_for_who_owns_the_stream(database, shop):
    waits(database, shop, TIE, "Pay by bank transfer")
    assert for_person(database, TIE, BEN).count == 0
    with database.write() as session:
        session.add(Departure(workspace_id=shop[0], user_id=ANA, at=MONDAY))
    assert for_person(database, TIE, BEN).count == 1


def test_a_tie_and_a_request_wait_for_nobody_by_what_they_are_in_another_workspace(database, shop):
    """Where one organisation has several, someone has the same id in all of them."""
    waits(database, shop, TIE, "Pay by bank transfer")
    waits(database, shop, SHIFTS, "Claims", prefix="ONB")
    with database.write() as session:
        elsewhere = workspace_of(session, "T2").id
        grant_admin(session, elsewhere, CLEO, None, MONDAY)
        session.add(Departure(workspace_id=elsewhere, user_id=ANA, at=MONDAY))
        heads = {"role": Role.ADMIN, "user_group_id": "S0HEADS"}
        session.add(RoleGrant(workspace_id=shop[0], **heads))
        member = UserGroupMember(workspace_id=elsewhere, group_id="S0HEADS", user_id=CLEO)
        session.add(member)
    assert for_person(database, TIE, BEN).count == 0
    with database.write() as session:
        session.add(Departure(workspace_id=shop[0], user_id=ANA, at=MONDAY))
    assert for_person(database, TIE, BEN).count == 1
    for need in (TIE, SHIFTS):
        assert for_person(database, need, CLEO).count == 0
    with database.write() as session:
        grant_admin(session, shop[0], CLEO, None, MONDAY)
    for need in (TIE, SHIFTS):
        assert for_person(database, need, CLEO).count == 1


def test_an_idea_that_was_asked_about_waits_for_its_proposer_and_once_replied_for_its_stream(
    database, shop
):
    waits(database, shop, QUESTION, "Pay by bank transfer", proposed_by=CLEO)
    asked_of = [(need, who) for need in (QUESTION, ANSWER) for who in (CLEO, ANA)]
    assert [for_person(database, *each).count for each in asked_of] == [1, 0, 0, 0]
    is_over(database, shop, QUESTION, 1, MONDAY + timedelta(hours=1))
    assert [for_person(database, *each).count for each in asked_of] == [0, 0, 0, 1]
    assert in_channel(database, ANSWER).count == 1
    assert in_channel(database, ANSWER, MONDAY).count == 0


def test_what_is_not_covered_says_how_much_its_stream_is_short_of(database, shop):
    epic_id = waits(database, shop, UNCOVERED, "Pay by bank transfer")
    (found,) = for_person(database, UNCOVERED, ANA).some
    assert (found.lacks, found.short) == (300, 300)
    with database.write() as session:
        place = {"workspace_id": shop[0], "portfolio_id": shop[1]}
        session.add(RoleGrant(user_id="U0DANA", role=Role.FINANCE, **place))
        session.flush()
        stream_id = session.get_one(Epic, epic_id).value_stream_id
        form = FundingForm(value_stream_id=stream_id, amount_minor=200, reason="The budget")
        funding.fund(Act(session, shop[0], "U0DANA", MONDAY), shop[1], form)
    (found,) = for_person(database, UNCOVERED, ANA).some
    assert (found.lacks, found.short) == (300, 100)


def test_a_promise_waits_once_the_year_after_has_begun(database, shop):
    epic_id = waits(database, shop, UNCOVERED, "Pay by bank transfer")
    with database.write() as session:
        portfolio = session.get_one(Portfolio, shop[1])
        years = [fiscal_year(date(year, 1, 1), 1) for year in (2026, 2027)]
        now, _ = (ledger.begin_year(session, portfolio, year) for year in years)
        promise = session.get_one(Commitment, epic_id)
        promise.uncovered_minor, promise.promised_minor = 0, 200
        promise.promised_period_id = now.id
    assert in_channel(database, UNCOVERED, datetime(2026, 12, 31, 22, tzinfo=UTC)).count == 0
    (found,) = in_channel(database, UNCOVERED, datetime(2026, 12, 31, 23, tzinfo=UTC)).some
    assert (found.lacks, found.short) == (200, 200)
