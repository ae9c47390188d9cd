"""Figures that someone looks at alone, and what is behind them; the button of a digest."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from bot.workflows.flow.scope import MANY
from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio
from tests.commands.conftest import furnish, running

TUESDAY = datetime(2026, 5, 19, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def shop(slack, database_url):
    """The shop on a Tuesday: nine finished, one is in flight for long."""
    slack.clock.set(TUESDAY)
    slack.add_channel("portfolio", members=["ana", "ben", "cleo", "dana"])
    with running(slack, database_url) as tack:
        furnish(slack, tack)
        with tack.database.write() as session:
            portfolio = session.scalars(select(Portfolio)).one()
            portfolio.live_at = portfolio.created_at = TUESDAY - 400 * DAY
            for number in range(9):
                an_epic(session, portfolio, f"Refunds {number}", ("ready", 60), ("done", 20))
            an_epic(session, portfolio, "Wallet", ("ready", 45))
        yield tack


def an_epic(session, portfolio, title, *way, **more):
    """One of Payments that entered states so many days ago."""
    stream = next(each for each in portfolio.value_streams if each.key_prefix == "PAY")
    here = {"workspace_id": portfolio.workspace_id, "portfolio": portfolio}
    epic = Epic(key=stream.take_key(), title=title, value_stream=stream, version=1, **here, **more)
    for step, (name, days_ago) in enumerate(way):
        state, at = portfolio.state(name), TUESDAY - days_ago * DAY
        session.add(epic.move(state, None, None, at) if step else epic.enter(state, at, None))
    return epic


def sends_digest(slack):
    ana = slack.as_user("ana")
    ana.types("/flow digest subscribe", channel="portfolio")
    assert ana.form().submit().closed
    ana.types("/flow digest send", channel="portfolio")
    return slack.wait_for(lambda: told(slack))


def told(slack):
    found = [each for each in slack.channel("portfolio").messages if "in flight" in each.text]
    return found[-1] if found else None


def test_a_number_of_a_digest_is_explained_as_it_was_told_also_when_things_went_on(slack, shop):
    digest = sends_digest(slack)
    assert "1 is past the line of day 40" in str(digest.blocks)
    with shop.database.write() as session:
        wallet = session.scalars(select(Epic).where(Epic.title == "Wallet")).one()
        done = wallet.portfolio.state("done")
        session.add(wallet.move(done, None, None, TUESDAY + timedelta(minutes=5)))
    slack.clock.set(TUESDAY + DAY)
    dana = slack.as_user("dana")
    dana.click("Explain a number", in_message=told(slack))
    page = slack.wait_for(lambda: dana.form(title="Explain a number"))
    assert page.shows("the figures of the digest of")
    assert page.shows("*In flight* 1")
    assert page.shows("*PAY-10* Wallet · ready, day 45")
    assert page.shows(
        "*Finished* 9 in 13 weeks, all of them in the week of 27 April; 0 in the 13 before"
    )
    assert page.shows("*PAY-3* Refunds 2 · 40 days")
    assert page.shows("*PAY-10* Wallet · day 45")


def test_a_digest_whose_charts_slack_refuses_comes_once_with_their_numbers_in_words(slack, shop):
    slack.fail_next("chat.postMessage", "invalid_blocks")
    digest = sends_digest(slack)
    slack.clock.advance(timedelta(minutes=30))
    slack.settle()
    assert [each.ts for each in slack.channel("portfolio").messages if not each.thread_ts] == [
        digest.ts
    ]
    assert "data_visualization" not in {block["type"] for block in told(slack).blocks}
    by_week = "*Finished per week, from 16 February* 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0"
    assert by_week in str(told(slack).blocks)
    slack.findings.clear()


def test_a_digests_numbers_stay_as_told_where_the_history_was_completed_since(slack, shop):
    sends_digest(slack)
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        an_epic(session, portfolio, "Late news", ("ready", 200))
    dana = slack.as_user("dana")
    dana.click("Explain a number", in_message=told(slack))
    page = slack.wait_for(lambda: dana.form(title="Explain a number"))
    assert page.shows("The figures are as they were posted; the lists below are of that")
    assert page.shows("*In flight* 1")
    assert page.shows("2 epics, the oldest first")
    assert page.shows("*Ageing* 1 is past the line of day 40")


def test_flow_explain_is_of_now_and_of_what_the_channel_is_told_of(slack, shop):
    slack.clock.set(TUESDAY + DAY)
    ana = slack.as_user("ana")
    ana.types("/flow explain", channel="payments")
    page = ana.form(title="Explain a number")
    assert page.shows("*Shop* · Payments · the figures as they are now.")
    assert page.shows("*PAY-10* Wallet · ready, day 46")
    with shop.database.write() as session:
        wallet = session.scalars(select(Epic).where(Epic.title == "Wallet")).one()
        session.add(wallet.move(wallet.portfolio.state("implementing"), None, None, TUESDAY))
    ana.types("/flow explain", channel="portfolio")
    page = ana.form(title="Explain a number")
    assert page.shows("*Shop* · the figures as they are now.")
    assert page.shows("*PAY-10* Wallet · testing the MVP, day 46")


def test_restricted_epics_are_in_the_figures_of_their_circle_and_in_no_digest(slack, shop):
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        secret = ("Secret", ("ready", 300))
        an_epic(session, portfolio, *secret, restricted=True, owner_user_id=slack.as_user("ana").id)
    ana, dana = slack.as_user("ana"), slack.as_user("dana")
    ana.types("/flow metrics", channel="portfolio")
    page = ana.form(title="Metrics")
    assert page.shows("with 1 restricted")
    assert page.shows("*In flight* 2, 13 weeks ago 1")
    page.click("Explain")
    assert ana.form(title="Explain a number").shows("*PAY-11* Secret · ready, day 300")
    dana.types("/flow metrics", channel="portfolio")
    page = dana.form(title="Metrics")
    assert not page.shows("restricted;")
    assert page.shows("*In flight* 1, 13 weeks ago 0")
    digest = sends_digest(slack)
    ana.click("Explain a number", in_message=digest)
    page = slack.wait_for(lambda: ana.form(title="Explain a number"))
    assert page.shows("*In flight* 1")
    assert not page.shows("Secret")


def test_metrics_say_flow_time_age_efficiency_and_net_flow_and_narrow_by_stream_type_and_day(
    slack, shop
):
    ana = slack.as_user("ana")
    ana.types("/flow metrics", channel="portfolio")
    page = ana.form(title="Metrics")
    assert page.shows("*Net flow* in 13 weeks: 10 came in, 9 finished")
    assert page.shows("*Flow time* of the 9 finished in 26 weeks: half within 40 days, 70 of 100")
    assert page.shows("*Age* of what is in flight: half up to day 45, the oldest day 45")
    assert page.shows("*Flow efficiency* 0.0 % of the time in active states")
    assert page.shows("*Payments* 1 in flight · 9 finished in 13 weeks")
    page.choose("Value stream", "Onboarding (ONB)")
    page = ana.form(title="Metrics")
    assert page.shows("*Shop* · Onboarding")
    assert page.shows("*Flow time:* needs 8 finished epics in 26 weeks, there are 0")
    page.choose("As of a day", "2026-05-01")
    page = ana.form(title="Metrics")
    assert page.shows("*Shop* · Onboarding · as of the end of 1 May 2026")
    ana.types("/flow metrics payments business 2026-05-01", channel="portfolio")
    page = ana.form(title="Metrics")
    assert page.shows("*Shop* · Payments · business epics · as of the end of 1 May 2026")


def opened(slack):
    """What was opened last, as it was at first."""
    return str([each.args for each in slack.requests if each.method == "views.open"][-1])


def test_of_a_large_portfolio_each_page_opens_at_once_and_is_counted_after_its_ack(slack, shop):
    table = Epic.__table__
    with shop.database.read() as session:
        idea = session.scalars(select(Portfolio)).one().state("funnel").id
        facts = session.execute(select(table).where(table.c.title == "Wallet")).mappings().one()
    facts = {name: facts[name] for name in facts if name != "id"}
    facts |= {"state_id": idea, "committed_at": None}
    with shop.database.engine.begin() as connection:
        connection.execute(insert(table), [facts | {"key": f"MANY-{n}"} for n in range(MANY)])
    ana = slack.as_user("ana")
    for word, title, said in (
        ("metrics", "Metrics", "*In flight* 1"),
        ("forecast", "Forecast", "none yet, needs 5 weeks in which an epic finished"),
        ("aging", "Ageing", "*PAY-10* Wallet · ready, day 45, past the line"),
        ("explain", "Explain a number", "*PAY-10* Wallet · ready, day 45"),
    ):
        ana.types(f"/flow {word}", channel="portfolio")
        slack.wait_for(lambda t=title, s=said: ana.form(title=t).shows(s), 30)
        assert "The portfolio is large. Its figures will" in opened(slack)
    page = ana.form(title="Explain a number")
    page.click("Next page")
    slack.wait_for(lambda: ana.form(title="Explain a number").shows("page 2 of"), 30)
    sends_digest(slack)
    slack.as_user("dana").click("Explain a number", in_message=told(slack))
    of_dana = partial(slack.as_user("dana").form, title="Explain a number")
    slack.wait_for(lambda: of_dana().shows("the figures of the digest of"), 30)
    assert "The portfolio is large. Its figures will" in opened(slack)
    drawn = [each for each in slack.requests if each.method.startswith("views.")]
    assert len(drawn) <= 2 * 6 + 4  # the ageing has its picture; nothing is drawn again and again


def test_a_forecast_says_its_sample_and_none_where_the_weeks_are_too_few(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/flow forecast", channel="portfolio")
    thin = "needs 5 weeks in which an epic finished, there are 1 of 26"
    assert ana.form(title="Forecast").shows(f"*Forecast:* none yet, {thin}")
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        for week in range(1, 6):
            an_epic(session, portfolio, "Late", ("ready", 60), ("done", 7 * week))
    ana.types("/flow forecast", channel="portfolio")
    page = ana.form(title="Forecast")
    assert page.shows("*In 4 weeks* 1 or more at 50 %, none for sure at 85 %")
    assert page.shows("From the 14 that finished in the last 26 whole weeks; in 5 of them")


def test_ageing_lists_what_is_in_flight_the_oldest_first_beside_the_line(slack, shop):
    with shop.database.write() as session:
        an_epic(session, session.scalars(select(Portfolio)).one(), "Passport", ("ready", 12))
    ana = slack.as_user("ana")
    ana.types("/flow aging", channel="portfolio")
    page = ana.form(title="Ageing")
    assert page.shows("*2 in flight*, the oldest first. 1 past the line of day 40")
    assert page.shows("*PAY-10* Wallet · ready, day 45, past the line")
    assert page.shows("*PAY-11* Passport · ready, day 12")
    page.click("Open")
    assert slack.wait_for(lambda: not ana.form().shows("in flight*") and ana.form()).shows("Wallet")


def pictured(slack, who):
    """The block in the picture's place in front of someone, once it is no promise any more."""

    def found():
        blocks = slack.as_user(who).form(title="Ageing").blocks
        place = next(each for each in blocks if each.get("block_id") == "picture")
        return None if "will appear here in a moment" in str(place) else place

    return slack.wait_for(found, 30)


def test_the_picture_of_ageing_comes_after_the_ack_and_is_drawn_once_for_who_sees_the_same(
    slack, shop
):
    slack.workspace.files_take = timedelta(seconds=1)
    for who in ("ana", "dana", "cleo"):
        slack.as_user(who).types("/flow aging", channel="portfolio")
    shown = {who: pictured(slack, who) for who in ("ana", "dana", "cleo")}
    assert shown["ana"] == shown["dana"] == shown["cleo"]
    assert shown["ana"]["alt_text"] == (
        "1 in flight, by state and age, Shop · 19 May 2026, in calendar days since commitment. "
        "Reviewing 0; Analyzing 0; Ready 1, the oldest 45 days; Testing the MVP 0; Delivering 0. "
        "Bands: how long the 9 that finished in 26 weeks took: half by day 40, 70 of 100 by day "
        "40, 85 of 100 by day 40. The oldest: PAY-10 day 45."
    )
    (file,) = slack.workspace.files.values()
    assert (file.id, file.shares) == (shown["ana"]["slack_file"]["id"], {})
    assert file.content.startswith(b"\x89PNG")
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        mine = {"restricted": True, "owner_user_id": slack.as_user("ana").id}
        an_epic(session, portfolio, "Secret", ("ready", 300), **mine)
    for who in ("ana", "dana"):
        slack.as_user(who).types("/flow aging", channel="portfolio")
    assert "PAY-11 day 300" in pictured(slack, "ana")["alt_text"]
    assert pictured(slack, "dana") == shown["dana"]
    assert len(slack.workspace.files) == 2
    slack.clock.advance(timedelta(days=1, minutes=1))
    slack.wait_for(lambda: not slack.workspace.files)


REFUSALS = (
    ("files.getUploadURLExternal", "missing_scope", "the permission `files:write` is missing"),
    ("files.completeUploadExternal", "internal_error", "Slack did not take it in time"),
    ("views.update", "invalid_arguments", "Slack did not take it in time"),
)


def test_a_picture_that_slack_refuses_leaves_the_list_and_why_and_is_tried_when_looked_at_again(
    slack, shop
):
    ana = slack.as_user("ana")
    for day, (method, error, said) in enumerate(REFUSALS, start=45):
        asked = called(slack, method)
        slack.fail_next(method, error, times=1 if error != "internal_error" else 9)
        ana.types("/flow aging", channel="portfolio")
        slack.wait_for(lambda of=method, before=asked: called(slack, of) > before, 30)
        slack.clock.advance(timedelta(minutes=1))
        assert said in str(pictured(slack, "ana"))
        assert ana.form(title="Ageing").shows(f"*PAY-10* Wallet · ready, day {day}")
        slack.clear_faults()
        ana.types("/flow aging", channel="portfolio")
        assert pictured(slack, "ana")["type"] == "image"
        slack.clock.advance(DAY)
    slack.findings.clear()


def called(slack, method):
    return sum(each.method == method for each in slack.requests)


def test_what_cannot_be_meant_is_said_at_once(slack, shop):
    for typed, said in (
        ("2027-01-01", "1 Jan 2027 is in the future. The latest day is today, 19 May 2026."),
        ("1999-12-31", "No epic was known on 31 Dec 1999. The first one came in on 20 Mar 2026."),
        ("paymints", "“paymints” names no value stream, type or day. Did you mean Payments?"),
    ):
        answer = slack.as_user("ana").types(f"/flow metrics {typed}", channel="portfolio")
        assert said in answer.text


def test_who_does_not_see_the_portfolio_is_told_nothing(slack, shop):
    sends_digest(slack)
    with shop.database.write() as session:
        session.scalars(select(Portfolio)).one().open_to_all = False
    dana = slack.as_user("dana")
    dana.click("Explain a number", in_message=told(slack))
    said = slack.wait_for(lambda: dana.private_messages("portfolio"))[-1].text
    assert said == "That is not there any more. /flow metrics shows what there is."
