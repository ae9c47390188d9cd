"""What waits for one person, and what a digest asks for, as those may see it who read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.workflows.board import confirming, digesting
from bot.workflows.board import digest as reporting
from bot.workflows.board import home as looking
from bot.workflows.board.home import Reader
from bot.workflows.board.needs import REPLIES, STUCK, what_waits, without_owner
from bot.workflows.epics import blocking
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import STALE
from bot.workflows.flow.crossing import CROSSED
from bot.workflows.people.workspaces import grant_admin
from models.board.digest import Digest, NotLive, Subscription, Wish
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import Epic, Transition
from models.epics.obstacles import Override
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase, Portfolio, ValueStream, WipLimit
from models.projects.project import Milestone, Plan, Project, ProjectShare
from models.themes.theme import Theme
from models.work import Work
from tests.needs import by_name
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

DAY, WEEK = timedelta(days=1), timedelta(days=7)
NEXT_MONDAY = datetime(2026, 5, 25, 7, 0, tzinfo=UTC)
CLEO = "U0CLEO"


@pytest.fixture
def shop(database):
    """Payments of Ben and Onboarding of Ana, live for long."""
    found = a_portfolio(database)
    live_since(database, MONDAY - 100 * DAY)
    return found


def live_since(database, at):
    with database.write() as session:
        session.scalars(select(Portfolio)).one().live_at = at


def stands(database, shop, title, state="funnel", *, prefix="PAY", since=MONDAY, **more):
    """An epic that came into its state at the moment."""
    with database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == prefix)).one()
        epic = an_epic(session, shop[0], stream.id, title, at=since)
        if state != "funnel":
            to = epic.portfolio.state(state)
            session.add(epic.move(to, ANA, None, since, more.pop("phase", None)))
        for name, value in more.items():
            setattr(epic, name, value)
        session.flush()
        return epic.id


def is_blocked(database, epic_id, at, ended_at=None):
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        session.add(
            Blocking(
                workspace_id=epic.workspace_id,
                epic_id=epic_id,
                reason="waits for the bank",
                by_user_id=ANA,
                at=at,
                ended_at=ended_at,
            )
        )


def a_project(database, owner=BEN, *dates, code="PRJ-204", stream=None):
    """A project whose milestones are agreed, expected, and came on those days."""
    with database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        facts = {"workspace_id": portfolio.workspace_id}
        project = Project(
            **facts, portfolio_id=portfolio.id, code=code, name=code, owner_user_id=owner,
            created_at=MONDAY,
        )  # fmt: skip
        for number, (baseline, forecast, actual) in enumerate(dates, 1):
            project.milestones.append(
                Milestone(
                    **facts,
                    code=f"M{number}",
                    name="Go-live",
                    baseline_on=baseline,
                    forecast_on=forecast,
                    actual_on=actual,
                )
            )
        if stream is not None:
            found = session.scalars(select(ValueStream.id).where(ValueStream.name == stream)).one()
            share = ProjectShare(**facts, value_stream_id=found, percent=100)
            project.shares.append(share)
        session.add(project)
        session.flush()
        return project.id


def waits(database, user_id, now=MONDAY, **more):
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        return by_name(what_waits(session, portfolio, Reader(user_id=user_id, **more), now))


def titles(top):
    return [epic.title for epic in top.some]


# In Home


def test_the_owner_of_a_stream_has_its_ideas_to_answer_the_longest_first(database, shop):
    stands(database, shop, "younger")
    stands(database, shop, "older", since=MONDAY - WEEK)
    stands(database, shop, "answered", answered_at=MONDAY)
    stands(database, shop, "elsewhere", prefix="ONB")
    stands(database, shop, "reviewed", "reviewing")
    assert titles(waits(database, BEN).answers) == ["older", "younger"]
    assert waits(database, CLEO).count == 0


def test_an_epic_of_mine_shows_what_its_next_state_asks_and_a_form_can_say(database, shop):
    with database.write() as session:
        reviewing = session.scalars(select(Portfolio)).one().state("reviewing")
        reviewing.exit_requires = ["answer", "kill_threshold", "mvp_cost"]
    stands(database, shop, "short", "reviewing", mvp_cost_minor=100)
    stands(database, shop, "idea")
    ((epic, lacks),) = waits(database, ANA).lacking.some
    assert (epic.title, lacks) == ("short", [Requirement.KILL_THRESHOLD])


def test_a_blocked_epic_of_mine_waits_as_blocked_and_as_nothing_else(database, shop):
    epic = stands(database, shop, "stuck", "implementing", since=MONDAY - 60 * DAY)
    is_blocked(database, epic, MONDAY - 20 * DAY)
    found = waits(database, ANA)
    assert (titles(found.blocked), found.count) == (["stuck"], 1)


def test_an_epic_is_asked_about_after_as_many_days_as_its_state_says(database, shop):
    with database.write() as session:
        session.scalars(select(Portfolio)).one().state("ready").stale_after_days = 30
    for state, days in (("implementing", 13), ("implementing", 14), ("ready", 29), ("ready", 30)):
        stands(database, shop, f"{state} {days}", state, since=MONDAY - days * DAY)
    found = waits(database, ANA).stale.some
    assert [epic.title for epic, _ in found] == ["ready 30", "implementing 14"]


def test_what_was_confirmed_or_unblocked_since_is_not_quiet(database, shop):
    confirmed = stands(database, shop, "confirmed", "implementing", since=MONDAY - 60 * DAY)
    freed = stands(database, shop, "freed", "implementing", since=MONDAY - 60 * DAY)
    is_blocked(database, freed, MONDAY - 30 * DAY, ended_at=MONDAY - DAY)
    with database.write() as session:
        confirming.confirm(session, shop[0], ANA, confirmed, MONDAY - DAY)
    assert waits(database, ANA).stale.count == 0
    later = MONDAY + 13 * DAY
    assert [(e.title, at) for e, at in waits(database, ANA, later).stale.some] == [
        ("confirmed", MONDAY - DAY),
        ("freed", MONDAY - DAY),
    ]


def test_clocks_for_reminders_start_when_the_portfolio_goes_live(database, shop):
    stands(database, shop, "silent", "implementing", since=MONDAY - 60 * DAY)
    live_since(database, MONDAY)
    assert waits(database, ANA, MONDAY + 13 * DAY).stale.count == 0
    assert waits(database, ANA, MONDAY + 14 * DAY).stale.count == 1
    live_since(database, None)
    assert waits(database, ANA, MONDAY + 99 * DAY).stale.count == 0


def test_what_is_without_an_owner_waits_for_who_owns_the_stream_and_for_admins(database, shop):
    stands(database, shop, "orphan", "ready", owner_user_id=None)
    stands(database, shop, "ended", "done", owner_user_id=None)
    with database.write() as session:
        onboarding = select(ValueStream).where(ValueStream.name == "Onboarding")
        session.scalars(onboarding).one().owner_user_id = None
    assert titles(waits(database, BEN).unowned) == ["orphan"]
    assert waits(database, BEN).streams.count == 0
    found = waits(database, CLEO, is_admin=True)
    assert [stream.name for stream in found.streams.some] == ["Onboarding"]


def test_milestones_of_my_projects_wait_when_they_are_to_come_later_than_agreed(database, shop):
    agreed = date(2026, 5, 4)
    project = a_project(
        database,
        BEN,
        (agreed, date(2026, 6, 1), None),
        (agreed, None, None),
        (agreed, None, date(2026, 7, 1)),
        (date(2026, 6, 1), None, None),
        (None, date(2026, 6, 1), None),
    )
    stands(database, shop, "linked", project_id=project)
    found = waits(database, BEN).slips
    assert [(slip.milestone.code, slip.days) for slip in found.some] == [("M1", 28), ("M2", 14)]
    assert [each.key for each in found.some[0].epics] == ["PAY-1"]
    assert waits(database, ANA).slips.count == 0


def test_a_restricted_epic_waits_for_its_circle_alone_and_is_linked_to_nothing(database, shop):
    project = a_project(database, CLEO, (date(2026, 5, 4), None, None))
    stands(
        database, shop, "secret", "ready", restricted=True, owner_user_id=None, project_id=project
    )
    assert titles(waits(database, BEN).unowned) == ["secret"]
    assert waits(database, CLEO).slips.some[0].epics == ()
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        assert without_owner(session, portfolio, None, CLEO, MONDAY).count == 0
        assert without_owner(session, portfolio, None, BEN, MONDAY).count == 1


@pytest.mark.parametrize(
    ("role", "stream", "part", "proposes"),
    [
        (None, None, False, True),
        (Role.VIEWER, None, True, True),
        (Role.FINANCE, "Onboarding", True, True),
    ],
)
def test_someone_has_a_part_by_a_role_or_by_owning_something(
    database, shop, role, stream, part, proposes
):
    if role is not None:
        with database.write() as session:
            portfolio = session.scalars(select(Portfolio)).one()
            streams = {each.name: each.id for each in portfolio.value_streams}
            session.add(
                RoleGrant(
                    workspace_id=shop[0],
                    role=role,
                    user_id=CLEO,
                    portfolio_id=None if stream else portfolio.id,
                    value_stream_id=streams[stream] if stream else None,
                )
            )
    with database.read() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        grants = looking.grants_of(session, shop[0], CLEO)
        reader = looking.reader_of(portfolio, CLEO, grants)
        assert (reader.has_part, reader.may_propose) == (part, proposes)
        assert looking.reader_of(portfolio, BEN, []).has_part
        portfolio.open_to_all = False
        closed = looking.reader_of(portfolio, CLEO, grants)
        assert closed.may_propose is (role is Role.FINANCE)


# In a digest


def subscribes(database, shop, stream=None):
    with database.write() as session:
        wish = Wish(
            portfolio_id=shop[1],
            value_stream_id=session.scalar(
                select(ValueStream.id).where(ValueStream.name == stream)
            ),
            weekday=0,
            minute_of_day=540,
            time_zone="Europe/Berlin",
        )
        return digesting.subscribe(session, shop[0], ANA, "C0ALL", wish, MONDAY).id


def source(database, shop, stream=None, now=NEXT_MONDAY):
    subscription = subscribes(database, shop, stream)
    with database.read() as session:
        told = reporting.preview(session, session.get_one(Subscription, subscription), now)
        return replace(told, needs=by_name(told.needs))


def a_limit(database, shop, most, stream="Payments"):
    with database.write() as session:
        found = session.scalars(select(ValueStream.id).where(ValueStream.name == stream)).one()
        session.add(
            WipLimit(workspace_id=shop[0], portfolio_id=shop[1], value_stream_id=found, most=most)
        )


def test_a_stream_over_its_limit_is_told_with_since_when_and_its_oldest_epic(database, shop):
    for days in (30, 20, 10):
        stands(database, shop, f"since {days}", "ready", since=MONDAY - days * DAY)
    a_limit(database, shop, 1)
    (crowd,) = source(database, shop).needs.over_limit.some
    assert (crowd.value_stream.name, crowd.load.said) == ("Payments", "3 of 1, over by 2")
    assert crowd.since == MONDAY - 20 * DAY
    assert crowd.oldest.title == "since 30"
    assert source(database, shop).in_flight.over[0].name == "Payments"


def test_an_epic_that_came_from_another_stream_counts_from_then(database, shop):
    epic = stands(database, shop, "came", "ready", since=MONDAY - 30 * DAY)
    stands(database, shop, "first", "ready", since=MONDAY - 20 * DAY)
    with database.write() as session:
        streams = {each.name: each.id for each in session.scalars(select(ValueStream))}
        session.add(
            StreamMove(
                workspace_id=shop[0],
                epic_id=epic,
                from_stream_id=streams["Onboarding"],
                to_stream_id=streams["Payments"],
                at=MONDAY - 5 * DAY,
            )
        )
    a_limit(database, shop, 1)
    assert source(database, shop).needs.over_limit.some[0].since == MONDAY - 5 * DAY


def test_a_digest_counts_columns_themes_and_what_serves_none(database, shop):
    with database.write() as session:
        theme = Theme(workspace_id=shop[0], portfolio_id=shop[1], name="Trust")
        session.add(theme)
        session.flush()
        trust = theme.id
    stands(database, shop, "tests", "implementing", phase=Phase.TESTING, theme_id=trust)
    stands(database, shop, "delivers", "implementing", phase=Phase.DELIVERING)
    found = source(database, shop).in_flight
    counts = {each.name: each.load.count for each in found.columns if each.load.count}
    assert counts == {"Testing the MVP": 1, "Delivering": 1}
    themes = [(each.name, each.load.count) for each in found.themes]
    assert (themes, found.without_theme) == ([("Trust", 1)], 1)


def test_moves_past_a_limit_are_told_in_the_next_digest_alone(database, shop):
    epic = stands(database, shop, "passed", "ready")
    with database.write() as session:
        step = session.scalars(select(Transition).where(Transition.epic_id == epic)).first()
        session.add(
            Override(
                workspace_id=shop[0],
                epic_id=epic,
                transition_id=step.id,
                passed=["Payments has 5 of 5 in flight"],
                role="value-stream owner",
                reason="Customers wait",
                by_user_id=BEN,
                at=MONDAY + DAY,
            )
        )
    (override,) = source(database, shop).needs.overrides.some
    assert (override.by_user_id, override.reason) == (BEN, "Customers wait")
    assert source(database, shop, now=NEXT_MONDAY + 2 * WEEK).needs.overrides.count == 0


def test_projects_are_told_by_how_many_milestones_are_on_their_dates(database, shop):
    agreed = date(2026, 5, 4)
    a_project(
        database,
        BEN,
        (agreed, None, agreed),
        (agreed, None, date(2026, 5, 9)),
        (agreed, date(2026, 6, 1), None),
        (date(2027, 1, 1), None, None),
        (None, None, None),
        stream="Payments",
    )
    for stream, on_date, agreed_in_all in ((None, 2, 4), ("Payments", 2, 4), ("Onboarding", 0, 0)):
        found = source(database, shop, stream).content.milestones
        assert (found.on_date, found.agreed) == (on_date, agreed_in_all)
    assert [slip.milestone.code for slip in source(database, shop).needs.slips.some] == ["M3"]


def test_nothing_is_called_late_in_the_first_four_weeks(database, shop):
    stands(database, shop, "idea", since=MONDAY - 60 * DAY)
    a_project(database, BEN, (date(2026, 5, 4), None, None))
    live_since(database, NEXT_MONDAY - 27 * DAY)
    told = source(database, shop)
    assert (told.needs.answers.count, told.needs.answers.late, told.needs.slips.count) == (1, 0, 0)
    assert told.content.is_beginning
    live_since(database, NEXT_MONDAY - 28 * DAY)
    told = source(database, shop)
    assert (told.needs.answers.late, told.needs.slips.count) == (1, 1)
    assert not told.content.is_beginning


def test_what_is_off_its_date_is_one_rule_on_paper_and_in_the_database(database, shop):
    today = date(2026, 5, 18)
    days = (None, date(2026, 5, 17), today, date(2026, 5, 19))
    plan = [(agreed, expected, came) for agreed in days for expected in days for came in days]
    a_project(database, BEN, *plan)
    with database.read() as session:
        project = session.scalars(select(Project)).one()
        off = session.scalars(select(Milestone).where(Milestone.off_their_dates(today))).all()
        on_paper = [each for each in project.milestones if each.is_off_its_date(today)]
        assert {each.code for each in off} == {each.code for each in on_paper}
        assert project.plan(today) == Plan(48 - len(off), 48)
    overdue = [each.code for each in off if each.expected_on == each.baseline_on]
    assert overdue == ["M17", "M21"]  # agreed for the day before, and not come


def test_an_import_silences_nothing_that_was_there_before(database, shop):
    came = NEXT_MONDAY - DAY
    for imported_at, word in ((None, "there before"), (came, "came in")):
        facts = {"since": MONDAY - 60 * DAY, "imported_at": imported_at}
        stands(database, shop, f"idea {word}", **facts)
        stands(database, shop, f"work {word}", "ready", **facts)
        code = f"PRJ {word}"
        project = a_project(database, BEN, (date(2026, 5, 4), None, None), code=code)
        with database.write() as session:
            session.get_one(Project, project).imported_at = imported_at
    needs = source(database, shop).needs
    assert (needs.answers.count, needs.answers.late) == (2, 1)
    assert [epic.title for epic, _ in needs.stale.some] == ["work there before"]
    assert [slip.project.code for slip in needs.slips.some] == ["PRJ there before"]
    needs = source(database, shop, now=came + 28 * DAY).needs
    assert (needs.answers.late, needs.stale.count, needs.slips.count) == (2, 2, 2)


def test_what_comes_in_from_a_file_is_not_asked_for_by_a_digest_that_was_sent_before(
    database, shop
):
    subscription = subscribes(database, shop)
    stands(database, shop, "idea", since=MONDAY - 60 * DAY)
    sent(database, subscription)
    stands(database, shop, "late", since=MONDAY - 60 * DAY, imported_at=NEXT_MONDAY + DAY)
    with database.read() as session:
        digest = session.scalars(select(Digest)).one()
        needs = by_name(reporting.content_of(session, digest, NEXT_MONDAY + 2 * DAY).needs)
    assert (needs.answers.count, needs.answers.late) == (1, 1)


def test_the_beginning_counts_what_is_open_and_what_finished_since_it_went_live(database, shop):
    stands(database, shop, "idea")
    stands(database, shop, "before", "done", since=MONDAY - 60 * DAY)
    stands(database, shop, "after", "done")
    live_since(database, MONDAY - DAY)
    told = source(database, shop)
    assert (told.content.open_total, told.content.finished_since_live) == (1, 1)


def test_a_restricted_epic_is_in_no_digest(database, shop):
    epic = stands(
        database, shop, "secret", "ready", restricted=True, owner_user_id=None,
        since=MONDAY - 60 * DAY,
    )  # fmt: skip
    stands(database, shop, "secret idea", restricted=True)
    is_blocked(database, epic, MONDAY - DAY)
    a_limit(database, shop, 0)
    told = source(database, shop)
    assert told.needs.count == 0
    assert not told.changes.any
    assert told.in_flight.whole.count == 0


def sent(database, subscription, at=NEXT_MONDAY):
    with database.write() as session:
        digesting.send_due(session, subscription, at)


def test_before_the_portfolio_is_live_no_digest_is_sent(database, shop):
    subscription = subscribes(database, shop)
    live_since(database, None)
    with database.write() as session:
        grant_admin(session, shop[0], ANA, None, MONDAY)
    sent(database, subscription)
    with database.write() as session, pytest.raises(NotLive, match="Shop is not live yet"):
        digesting.send_now(session, shop[0], ANA, "C0ALL", NEXT_MONDAY)
    with database.read() as session:
        assert session.scalars(select(Digest)).all() == []
        work = session.get(Work, (shop[0], f"digest:{subscription}"))
        assert work.due_at == NEXT_MONDAY + WEEK


def replies(database, ts="1.1"):
    """What follows in the thread once the digest is posted."""
    with database.write() as session:
        lead = session.scalars(select(Message).where(Message.kind == MessageKind.DIGEST)).one()
        lead.ts = ts
        reporting.reply_in_thread(session, lead, NEXT_MONDAY)
    with database.read() as session:
        rows = (
            select(Message)
            .where(Message.kind.in_([each.kind for each in REPLIES]))
            .order_by(Message.id)
        )
        return session.scalars(rows).all()


def test_what_needs_someone_is_told_in_four_replies_at_most_and_in_none_where_nothing_does(
    database, shop
):
    stands(database, shop, "idea", since=MONDAY - DAY)
    stuck = stands(database, shop, "stuck", "ready", owner_user_id=None)
    is_blocked(database, stuck, MONDAY)
    sent(database, subscribes(database, shop))
    found = replies(database)
    assert [message.kind for message in found] == [
        MessageKind.DIGEST_WAITS,
        MessageKind.DIGEST_STUCK,
    ]
    assert {(message.thread_ts, message.channel_id) for message in found} == {("1.1", "C0ALL")}
    assert len(replies(database)) == 2
    assert len(REPLIES) == 4


def test_an_answer_takes_its_thing_out_of_the_thread(database, shop):
    epic = stands(database, shop, "silent", "implementing", since=MONDAY - 60 * DAY)
    sent(database, subscribes(database, shop))
    (reply,) = replies(database)
    at = NEXT_MONDAY + timedelta(hours=1)
    with database.write() as session:
        session.execute(delete(Work).where(Work.key == reply.work_key))  # it is drawn
    with database.write() as session:
        confirming.confirm(session, shop[0], ANA, epic, at)
    with database.read() as session:
        digest = session.scalars(select(Digest)).one()
        assert reporting.waits_in_thread(session, digest, [STALE], at).count == 0
        assert session.get(Work, (shop[0], reply.work_key)).due_at == at


def in_its_thread(database, need, now=NEXT_MONDAY):
    with database.read() as session:
        digest = session.scalars(select(Digest)).one()
        return reporting.waits_in_thread(session, digest, STUCK.needs, now).of(need)


def test_what_crossed_the_line_is_named_once_until_something_is_heard_of_it(database, shop):
    for number in range(8):
        began = MONDAY - (30 + number) * DAY
        took_ten = {"committed_at": began, "done_at": began + 10 * DAY}
        was_done(database, stands(database, shop, f"{number}", "ready", since=began), **took_ten)
    old, stuck, silent = (
        stands(database, shop, title, "ready", since=NEXT_MONDAY - days * DAY)
        for title, days in (("past it before", 40), ("blocked", 13), ("silent", 12))
    )
    is_blocked(database, stuck, NEXT_MONDAY - 2 * DAY)
    sent(database, subscribes(database, shop))
    found = in_its_thread(database, CROSSED)
    assert [(epic.id, line) for epic, _, line in found.some] == [(stuck, 10), (silent, 10)]
    assert in_its_thread(database, BLOCKED).count == 0
    assert [epic.id for epic, _ in in_its_thread(database, STALE).some] == [old]
    at = NEXT_MONDAY + DAY
    for epic_id in (silent, stuck):
        with database.write() as session:
            confirming.confirm(session, shop[0], ANA, epic_id, at)
    assert [epic.id for epic, _, _ in in_its_thread(database, CROSSED, at).some] == [stuck]
    with database.write() as session:
        blocking.unblock(session, shop[0], ANA, stuck, at)
    assert in_its_thread(database, CROSSED, at).count == 0


def was_done(database, epic_id, committed_at, done_at):
    with database.write() as session:
        epic = session.get_one(Epic, epic_id)
        session.add(epic.move(epic.portfolio.state("done"), ANA, None, done_at))
        assert epic.committed_at == committed_at
