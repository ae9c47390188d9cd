from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from bot.views.board.digest import digest as drawn
from bot.workflows.board import confirming, digesting
from bot.workflows.board import digest as reporting
from bot.workflows.board import fact_check as asking
from bot.workflows.epics.moving import move
from bot.workflows.keeping import Act
from models.board.confirmation import Confirmation, FactCheck, NotTheseForm, UnknownQuestion
from models.board.digest import Digest, OnItsWay, SentAlready, Subscription, UnknownScope, Wish
from models.epics.belonging import StreamMove
from models.epics.blocking import Blocking
from models.epics.epic import Epic
from models.flow.flow import Load
from models.message import Message, MessageKind
from models.people.role import NotAllowed
from models.portfolio.portfolio import Portfolio, ValueStream
from models.work import Work
from tests.needs import by_name
from tests.views.reading import shown
from tests.workflows.builders import ANA, BEN, MONDAY, a_portfolio, an_epic

BERLIN = ZoneInfo("Europe/Berlin")
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NINE_IN_BERLIN = datetime(2026, 5, 25, 7, 0, tzinfo=UTC)
"""The Monday after MONDAY, which is eleven in Berlin."""


@pytest.fixture
def shop(database):
    """Payments of Ben and Onboarding of Ana, live for long."""
    found = a_portfolio(database)
    live_since(database, MONDAY - 100 * DAY)
    return found


def live_since(database, at):
    with database.write() as session:
        session.scalars(select(Portfolio)).one().live_at = at


def a_wish(portfolio_id, weekday=0, minute=9 * 60, zone="Europe/Berlin", stream_id=None):
    return Wish(
        portfolio_id=portfolio_id,
        value_stream_id=stream_id,
        weekday=weekday,
        minute_of_day=minute,
        time_zone=zone,
    )


def subscribes(database, shop, at=MONDAY, channel="C0ALL", **wish):
    with database.write() as session:
        return digesting.subscribe(session, shop[0], ANA, channel, a_wish(shop[1], **wish), at).id


def is_due(database, subscription_id, at):
    """What the worker does with the row `digest:…`."""
    with database.write() as session:
        digesting.send_due(session, subscription_id, at)


def digests(database):
    with database.read() as session:
        return session.scalars(select(Digest).order_by(Digest.id)).all()


def due_at(database, key):
    with database.read() as session:
        return session.scalars(select(Work.due_at).where(Work.key == key)).one()


def proposed(database, shop, title, at=MONDAY, prefix="PAY"):
    with database.write() as session:
        stream = session.scalars(
            select(ValueStream.id).where(ValueStream.key_prefix == prefix)
        ).one()
        return an_epic(session, shop[0], stream, title, at=at).id


def moved(database, shop, epic_id, name, at, reason=None):
    with database.write() as session:
        to = session.scalars(select(Portfolio)).one().state(name)
        move(session, shop[0], ANA, epic_id, to.id, None, reason, at)


def told(database, at=None):
    with database.read() as session:
        digest = session.scalars(select(Digest).order_by(Digest.id.desc())).first()
        return reporting.content_of(session, digest, at or digest.at)


def titles(several):
    return [epic.title for epic in several.named]


# When it comes


def test_the_first_slot_is_the_next_monday_at_nine_by_the_channels_clock(database, shop):
    subscription = subscribes(database, shop)
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN


def test_a_digest_comes_once_a_week_however_often_it_is_due(database, shop):
    subscription = subscribes(database, shop)
    for at in (NINE_IN_BERLIN, NINE_IN_BERLIN, NINE_IN_BERLIN + DAY, NINE_IN_BERLIN + 6 * DAY):
        is_due(database, subscription, at)
    assert [digest.week for digest in digests(database)] == ["2026-W22"]


def test_a_day_that_became_a_holiday_meanwhile_is_let_go_by_and_the_next_working_day_has_it(
    database, shop
):
    subscription = subscribes(database, shop)
    with database.write() as session:
        session.scalars(select(Portfolio)).one().holidays = ["2026-05-25"]
    is_due(database, subscription, NINE_IN_BERLIN)
    assert digests(database) == []
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + DAY
    is_due(database, subscription, NINE_IN_BERLIN + DAY)
    (digest,) = digests(database)
    assert (digest.week, digest.at) == ("2026-W22", NINE_IN_BERLIN + DAY)
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + WEEK
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + WEEK


@pytest.mark.on_both_databases
def test_two_replicas_at_the_same_moment_send_one(database, shop):
    subscription = subscribes(database, shop)
    with ThreadPoolExecutor(4) as replicas:
        for _ in replicas.map(lambda _: is_due(database, subscription, NINE_IN_BERLIN), range(4)):
            pass
    assert len(digests(database)) == 1
    with database.read() as session:
        kinds = session.scalars(select(Message.kind)).all()
    assert kinds == [MessageKind.DIGEST]


def test_due_too_early_nothing_is_sent_and_the_slot_stays(database, shop):
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN - DAY)
    assert digests(database) == []
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN


def test_after_weeks_away_one_digest_tells_of_all_of_them(database, shop):
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN)
    is_due(database, subscription, NINE_IN_BERLIN + 3 * WEEK + 2 * DAY)
    first, second = digests(database)
    assert (second.week, second.since) == ("2026-W25", first.until)
    assert second.until - second.since == 3 * WEEK
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + 4 * WEEK


@pytest.mark.parametrize(
    ("subscribed_at", "slots"),
    [
        # Clocks go forward on Sunday 29 March 2026: 2:30 is skipped and comes at 3:00.
        (datetime(2026, 3, 24, tzinfo=UTC), ["2026-03-29T01:00", "2026-04-05T00:30"]),
        # Clocks go back on Sunday 25 October 2026: 2:30 comes twice and counts once.
        (datetime(2026, 10, 20, tzinfo=UTC), ["2026-10-25T00:30", "2026-11-01T01:30"]),
    ],
)
def test_half_past_two_on_a_sunday_comes_once_when_clocks_change(
    database, shop, subscribed_at, slots
):
    subscription = subscribes(database, shop, subscribed_at, weekday=6, minute=150)
    came = []
    for _ in slots:
        at = due_at(database, f"digest:{subscription}")
        came.append(f"{at:%Y-%m-%dT%H:%M}")
        is_due(database, subscription, at)
    assert came == slots
    assert len(digests(database)) == 2


def test_a_clock_set_back_sends_nothing_twice(database, shop):
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN)
    is_due(database, subscription, NINE_IN_BERLIN - 3 * DAY)
    is_due(database, subscription, NINE_IN_BERLIN)
    assert len(digests(database)) == 1
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + WEEK


def test_asked_for_again_its_day_changes_and_the_week_still_has_one(database, shop):
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN)
    again = subscribes(database, shop, NINE_IN_BERLIN + DAY, weekday=4)
    assert again == subscription
    friday = NINE_IN_BERLIN + 4 * DAY
    assert due_at(database, f"digest:{subscription}") == friday
    is_due(database, subscription, friday)
    is_due(database, subscription, friday + WEEK)
    assert [digest.week for digest in digests(database)] == ["2026-W22", "2026-W23"]


def test_paused_it_is_silent_and_resumed_it_comes_at_its_next_slot(database, shop):
    subscription = subscribes(database, shop)
    with database.write() as session:
        digesting.pause(session, shop[0], BEN, "C0ALL", MONDAY)
    is_due(database, subscription, NINE_IN_BERLIN)
    assert digests(database) == []
    with database.write() as session:
        digesting.resume(session, shop[0], BEN, "C0ALL", NINE_IN_BERLIN + DAY)
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + WEEK


def sends(database, shop, at, by=ANA):
    with database.write() as session:
        digesting.send_now(session, shop[0], by, "C0ALL", at)


def slack_says(database, ts=None, refusal=None):
    with database.write() as session:
        message = session.scalars(select(Message).where(Message.kind == MessageKind.DIGEST)).one()
        message.ts, message.refusal = ts, refusal


def test_sent_by_hand_it_takes_the_slot_of_its_week(database, shop):
    wednesday = MONDAY + 2 * DAY
    subscription = subscribes(database, shop, wednesday, weekday=4)
    sends(database, shop, wednesday)
    assert due_at(database, f"digest:{subscription}") == NINE_IN_BERLIN + 4 * DAY


def test_one_a_week_is_enough_and_it_came_when_slack_took_it(database, shop):
    subscribes(database, shop)
    sends(database, shop, MONDAY)
    with pytest.raises(OnItsWay):
        sends(database, shop, MONDAY + DAY, BEN)
    came_at = MONDAY + timedelta(hours=2, minutes=1)
    slack_says(database, ts=f"{came_at.timestamp():.6f}")
    with pytest.raises(SentAlready, match=f"at {came_at.astimezone(BERLIN):%-H:%M}"):
        sends(database, shop, MONDAY + DAY, BEN)
    assert len(digests(database)) == 1


def test_one_that_slack_refused_is_sent_once_more(database, shop):
    subscribes(database, shop)
    sends(database, shop, MONDAY)
    slack_says(database, refusal="channel_not_found")
    with database.write() as session:
        session.execute(delete(Work))
    sends(database, shop, MONDAY + DAY)
    assert len(digests(database)) == 1
    with database.read() as session:
        key = session.scalars(select(Message)).one().work_key
    assert due_at(database, key) == MONDAY + DAY


def test_a_digest_of_what_is_not_there_leaves_nothing(database, shop):
    with database.write() as session, pytest.raises(UnknownScope):
        digesting.subscribe(session, shop[0] + 1, ANA, "C0", a_wish(shop[1]), MONDAY)
    with database.read() as session:
        assert session.scalars(select(Subscription)).all() == []


# What it tells


def test_what_came_in_finished_stopped_and_was_declined_adds_up(database, shop):
    before = MONDAY - 9 * DAY
    ids = {t: proposed(database, shop, t, before) for t in ("wallet", "cards", "refund", "loan")}
    for title in ("wallet", "cards"):
        moved(database, shop, ids[title], "reviewing", before + DAY)
    subscription = subscribes(database, shop)
    moved(database, shop, ids["wallet"], "done", MONDAY + DAY)
    moved(database, shop, ids["cards"], "stopped", MONDAY + DAY, "too dear")
    moved(database, shop, ids["refund"], "ready", MONDAY + DAY)
    moved(database, shop, ids["loan"], "stopped", MONDAY + DAY)
    proposed(database, shop, "new", MONDAY + 2 * DAY)
    is_due(database, subscription, NINE_IN_BERLIN)
    source = told(database)
    changes = source.changes
    assert titles(changes.came_in) == ["refund"]
    assert titles(changes.finished) == ["wallet"]
    assert [(each.title, each.reason) for each in changes.stopped.named] == [("cards", "too dear")]
    assert (changes.new_ideas, changes.stopped_ideas) == (1, 1)
    assert (source.in_flight_before, source.in_flight_total) == (2, 1)


def test_what_was_proposed_and_ended_within_a_week_is_told_by_all_it_passed(database, shop):
    subscription = subscribes(database, shop)
    for title, way in {
        "idea": ("stopped",),
        "tried": ("reviewing", "stopped"),
        "quick": ("reviewing", "done"),
    }.items():
        epic = proposed(database, shop, title, MONDAY + DAY)
        for number, name in enumerate(way, 2):
            moved(database, shop, epic, name, MONDAY + number * DAY, "too dear")
    is_due(database, subscription, NINE_IN_BERLIN)
    source = told(database)
    changes = source.changes
    assert (changes.new_ideas, changes.stopped_ideas) == (1, 1)
    assert titles(changes.came_in) == ["tried", "quick"]
    assert titles(changes.stopped) == ["tried"]
    assert titles(changes.finished) == ["quick"]
    assert source.in_flight_before == source.in_flight_total == 0


def test_what_was_reopened_and_ended_again_within_a_week_adds_up(database, shop):
    ended = proposed(database, shop, "ended", MONDAY - 9 * DAY)
    moved(database, shop, ended, "done", MONDAY - 8 * DAY)
    subscription = subscribes(database, shop)
    moved(database, shop, ended, "implementing", MONDAY + DAY)
    moved(database, shop, ended, "stopped", MONDAY + 2 * DAY, "too dear")
    is_due(database, subscription, NINE_IN_BERLIN)
    source = told(database)
    assert titles(source.changes.reopened) == titles(source.changes.stopped) == ["ended"]
    assert source.in_flight_before == 0


def test_what_happens_after_the_week_belongs_to_the_next_digest(database, shop):
    epic = proposed(database, shop, "wallet", MONDAY)
    subscription = subscribes(database, shop)
    moved(database, shop, epic, "reviewing", NINE_IN_BERLIN - timedelta(hours=3))
    is_due(database, subscription, NINE_IN_BERLIN)
    assert told(database).changes.came_in.count == 0
    is_due(database, subscription, NINE_IN_BERLIN + WEEK)
    assert titles(told(database).changes.came_in) == ["wallet"]


def test_a_reopened_epic_and_one_that_went_back_are_told_as_such(database, shop):
    reopened = proposed(database, shop, "reopened", MONDAY - 9 * DAY)
    moved(database, shop, reopened, "done", MONDAY - 8 * DAY)
    back = proposed(database, shop, "back", MONDAY - 9 * DAY)
    moved(database, shop, back, "reviewing", MONDAY - 8 * DAY)
    subscription = subscribes(database, shop)
    moved(database, shop, reopened, "implementing", MONDAY + DAY)
    moved(database, shop, back, "funnel", MONDAY + DAY)
    is_due(database, subscription, NINE_IN_BERLIN)
    changes = told(database).changes
    assert titles(changes.reopened) == ["reopened"]
    assert titles(changes.back) == ["back"]


def test_a_streams_digest_tells_of_that_stream_alone(database, shop):
    proposed(database, shop, "wallet", MONDAY)
    theirs = proposed(database, shop, "form", MONDAY, prefix="ONB")
    with database.read() as session:
        onboarding = session.get_one(Epic, theirs).value_stream_id
    subscription = subscribes(database, shop, stream_id=onboarding)
    moved(database, shop, theirs, "reviewing", MONDAY + DAY)
    is_due(database, subscription, NINE_IN_BERLIN)
    source = told(database)
    assert by_name(source.needs).answers.count == 0
    assert [(each.name, each.load) for each in source.in_flight.streams] == [
        ("Onboarding", Load(1))
    ]


def test_an_epic_that_went_to_another_stream_is_told_in_the_digests_of_both(database, shop):
    went = proposed(database, shop, "wallet", MONDAY - 9 * DAY)
    moved(database, shop, went, "reviewing", MONDAY - 8 * DAY)
    with database.read() as session:
        ids = {each.name: each.id for each in session.scalars(select(ValueStream))}
    due = {
        name: subscribes(database, shop, MONDAY - 7 * DAY, f"C0{name}", stream_id=id_)
        for name, id_ in ids.items()
    }
    for subscription in due.values():
        is_due(database, subscription, NINE_IN_BERLIN - WEEK)
    with database.write() as session:
        streams = {name: session.get_one(ValueStream, id_) for name, id_ in ids.items()}
        ends = {"from_stream": streams["Payments"], "to_stream": streams["Onboarding"]}
        session.get_one(Epic, went).value_stream = ends["to_stream"]
        session.add(StreamMove(workspace_id=shop[0], epic_id=went, at=MONDAY + DAY, **ends))
    said = {}
    for name, subscription in due.items():
        is_due(database, subscription, NINE_IN_BERLIN)
        said[name] = shown(drawn(told(database)))[:2]
    assert said == {
        "Payments": ["Week 21 · 0 epics in flight in Payments", "1 went to another stream."],
        "Onboarding": ["Week 21 · 1 epic in flight in Onboarding", "1 came from another stream."],
    }


def test_an_idea_is_late_after_ten_working_days_but_not_in_a_new_portfolio(database, shop):
    live_since(database, MONDAY)
    proposed(database, shop, "wallet", MONDAY)
    subscription = subscribes(database, shop)
    for weeks, late in ((2, 0), (4, 1)):
        is_due(database, subscription, NINE_IN_BERLIN + weeks * WEEK)
        assert by_name(told(database).needs).answers.late == late


def test_an_epic_without_news_for_two_weeks_is_asked_about_until_it_is_answered(database, shop):
    epic = proposed(database, shop, "wallet", MONDAY - 20 * DAY)
    moved(database, shop, epic, "implementing", MONDAY - 15 * DAY)
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN)
    assert [each.title for each, _ in by_name(told(database).needs).stale.some] == ["wallet"]
    with database.write() as session:
        session.execute(delete(Work).where(Work.key.startswith("message:")))  # it is drawn
    with database.write() as session:
        confirming.confirm(session, shop[0], BEN, epic, NINE_IN_BERLIN + DAY)
    assert by_name(told(database, NINE_IN_BERLIN + DAY).needs).stale.count == 0
    with database.read() as session:
        message = session.scalars(select(Message).where(Message.kind == "digest")).one()
        assert session.get(Work, (shop[0], message.work_key)).due_at == NINE_IN_BERLIN + DAY


def test_a_week_in_which_nothing_changed_and_nothing_waits_is_quiet(database, shop):
    subscription = subscribes(database, shop)
    is_due(database, subscription, NINE_IN_BERLIN)
    is_due(database, subscription, NINE_IN_BERLIN + WEEK)
    assert told(database).content.is_quiet


def test_a_preview_stores_nothing(database, shop):
    subscription = subscribes(database, shop)
    with database.read() as session:
        found = session.get_one(Subscription, subscription)
        assert reporting.preview(session, found, MONDAY + DAY).preview
    assert digests(database) == []


# Thursday


THURSDAY_AT_TEN = datetime(2026, 5, 21, 8, 0, tzinfo=UTC)


def asks(database, shop, at=THURSDAY_AT_TEN):
    with database.write() as session:
        asking.ask_due(session, shop[1], at)


def checks(database):
    with database.read() as session:
        return session.scalars(select(FactCheck).order_by(FactCheck.user_id)).all()


@pytest.fixture
def in_flight(database, shop):
    """Two epics of Ana's in implementing, and one idea; a digest is asked for."""
    ids = [proposed(database, shop, title, MONDAY - 9 * DAY) for title in ("wallet", "cards")]
    for epic_id in ids:
        moved(database, shop, epic_id, "implementing", MONDAY - 8 * DAY)
    proposed(database, shop, "idea", MONDAY)
    subscribes(database, shop)
    return ids


def test_each_owner_is_asked_once_on_thursday_about_all_they_have_in_flight(
    database, shop, in_flight
):
    assert due_at(database, f"facts:{shop[1]}") == THURSDAY_AT_TEN
    asks(database, shop)
    asks(database, shop)
    (check,) = checks(database)
    assert (check.user_id, check.week) == (ANA, "2026-W21")
    with database.read() as session:
        asked = asking.asked_about(session, check)
    assert ([epic.title for epic, *_ in asked.some], asked.count) == (["wallet", "cards"], 2)
    assert due_at(database, f"facts:{shop[1]}") == THURSDAY_AT_TEN + WEEK


def test_a_thursday_missed_for_days_is_left_out(database, shop, in_flight):
    asks(database, shop, THURSDAY_AT_TEN + DAY)
    assert len(checks(database)) == 1
    asks(database, shop, THURSDAY_AT_TEN + WEEK + 3 * DAY)
    assert len(checks(database)) == 1
    assert due_at(database, f"facts:{shop[1]}") == THURSDAY_AT_TEN + 2 * WEEK


def test_nobody_is_asked_where_no_channel_gets_a_digest(database, shop, in_flight):
    with database.write() as session:
        digesting.pause(session, shop[0], BEN, "C0ALL", MONDAY)
    asks(database, shop)
    assert checks(database) == []


def test_all_still_right_answers_for_those_that_are_open(database, shop, in_flight):
    asks(database, shop)
    (check,) = checks(database)
    at = THURSDAY_AT_TEN + timedelta(hours=1)
    with database.write() as session:
        confirming.confirm(session, shop[0], ANA, in_flight[0], at)
    with database.write() as session:
        answered = confirming.confirm_all(session, shop[0], ANA, check.id, at)
        assert [epic.title for epic in answered] == ["cards"]
    with database.write() as session:
        assert confirming.confirm_all(session, shop[0], ANA, check.id, at) == []
    with database.read() as session:
        assert len(session.scalars(select(Confirmation)).all()) == 2


def asks_again_about(database, check, now):
    with database.read() as session:
        later = FactCheck(workspace_id=check.workspace_id, user_id=check.user_id, at=now)
        return [epic.id for epic, *_ in asking.asked_about(session, later).some]


@pytest.mark.parametrize(
    "change",
    [
        lambda session, here, epic, at: move(
            session, here[0], ANA, epic.id, epic.portfolio.state("ready").id, None, "Slow", at
        ),
        lambda session, here, epic, at: session.add(epic.block("It waits", ANA, at)),
        lambda session, here, epic, at: session.add(was_blocked(epic, MONDAY, at)),
        lambda session, here, epic, at: setattr(epic, "evidence_at", at),
    ],
    ids=["moved", "blocked", "unblocked", "read"],
)
def test_who_says_not_these_is_asked_again_once_it_changes_or_eight_weeks_went_by(
    database, shop, in_flight, change
):
    asks(database, shop)
    (check,) = checks(database)
    wallet, cards = in_flight
    leaves_out(database, shop, check, wallet)
    asks(database, shop, THURSDAY_AT_TEN + WEEK)
    at = THURSDAY_AT_TEN + WEEK
    assert asks_again_about(database, check, at) == [cards]
    assert asks_again_about(database, check, THURSDAY_AT_TEN + 8 * WEEK - DAY) == [cards]
    assert len(asks_again_about(database, check, THURSDAY_AT_TEN + 8 * WEEK + DAY)) == 2
    with database.write() as session:
        change(session, shop, session.get_one(Epic, wallet), at)
    assert sorted(asks_again_about(database, check, at)) == in_flight


def test_nobody_is_asked_about_nothing_and_one_press_takes_it_back(database, shop, in_flight):
    asks(database, shop)
    (check,) = checks(database)
    leaves_out(database, shop, check, *in_flight)
    asks(database, shop, THURSDAY_AT_TEN + WEEK)
    assert len(checks(database)) == 1
    at = THURSDAY_AT_TEN + WEEK + timedelta(hours=1)
    with database.write() as session:
        confirming.ask_again(Act(session, shop[0], ANA, at), check.id)
    assert asks_again_about(database, check, at) == in_flight


def was_blocked(epic, at, ended_at):
    said = {"workspace_id": epic.workspace_id, "reason": "It waits", "by_user_id": ANA}
    return Blocking(epic_id=epic.id, at=at, ended_at=ended_at, **said)


def leaves_out(database, shop, check, *epics):
    with database.write() as session:
        act = Act(session, shop[0], check.user_id, THURSDAY_AT_TEN + timedelta(hours=1))
        confirming.leave_out(act, check.id, NotTheseForm(epic_ids=epics))


def test_only_who_answers_for_an_epic_may_say_that_it_is_still_right(database, shop, in_flight):
    with database.write() as session, pytest.raises(NotAllowed) as refused:
        confirming.confirm(session, shop[0], "U0CLEO", in_flight[0], MONDAY)
    assert refused.value.ask == (ANA, BEN)


def test_someone_elses_question_is_not_answered_for_them(database, shop, in_flight):
    asks(database, shop)
    (check,) = checks(database)
    with database.write() as session, pytest.raises(UnknownQuestion):
        confirming.confirm_all(session, shop[0], BEN, check.id, MONDAY)
