from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.slack.answers import Answer
from bot.views.board import digest, digest_thread, fact_check, subscription
from bot.workflows.board.fact_check import ToConfirm
from bot.workflows.board.needs import DONE, FORMER_REPLIES, PROJECTS, REPLIES, STUCK, WAITS
from bot.workflows.board.over_limit import OverLimit
from bot.workflows.paging import Top
from bot.workflows.projects.slips import Slip
from models.board.confirmation import LeftOut
from models.board.content import (
    Changes,
    FrozenDecision,
    FrozenOutcomes,
    FrozenReading,
    FrozenSlip,
    OnTheirDates,
)
from models.epics.blocking import Blocking
from models.epics.obstacles import Override
from models.flow.flow import Load
from models.flow.frozen import FrozenDecisions, FrozenEpic, FrozenMoney, Several
from models.flow.line import TooThin
from models.portfolio.portfolio import Phase
from models.projects.project import Milestone, Project
from tests.needs import waiting
from tests.views.board.contents import (
    LINKED,
    MONDAY,
    START_OF_WEEK,
    WEEK,
    a_finished,
    a_line,
    a_subscription,
    a_telling,
    a_time,
    evenly,
    flow,
    in_flight,
    several,
    standings,
    stops,
)
from tests.views.builders import ANA, BEN, HOSTILE, a_card, a_portfolio, an_epic
from tests.views.reading import options, shown

DAY = timedelta(days=1)
LATER = timedelta(hours=3)


def a_blocking(epic, reason="waits for the supplier"):
    return Blocking(epic_id=epic.id, reason=reason, by_user_id=ANA, at=MONDAY - 12 * DAY)


def a_slip(days=14):
    milestone = Milestone(code="M3", name="Go-live", baseline_on=date(2026, 5, 4))
    return Slip(Project(id=4, code="PRJ-204", name="Checkout renewal"), milestone, days, LINKED)


def a_frozen_slip():
    epics = Several(count=1, named=LINKED)
    return FrozenSlip(project_id=4, project="PRJ-204", milestone="M3", days=14, epics=epics)


def some_changes(portfolio):
    titles = (
        "Address check in one step",
        "Call-back in 2 hours",
        "Refunds",
        "Wallet",
        "Gift cards",
    )
    epics = [
        an_epic("done", number=n, portfolio=portfolio, title=title)
        for n, title in enumerate(titles, 1)
    ]
    return Changes(
        new_ideas=2,
        came_in=several(epics[2:]),
        finished=several(epics[:2]),
        stopped=stops(epics[4:], "sold too few."),
    )


def test_a_week_reads_first_what_changed_then_what_needs_someone_then_the_flow():
    portfolio = a_portfolio()
    late = an_epic(number=7, portfolio=portfolio, since=MONDAY - 3 * WEEK)
    quiet = an_epic(
        "implementing",
        number=8,
        portfolio=portfolio,
        since=MONDAY - 4 * WEEK,
        phase=Phase.DELIVERING,
    )
    source = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        flow=flow(past=[(5, True)]),
        needs=waiting(answers=Top([late], 6, 1), stale=Top([(quiet, MONDAY - 2 * WEEK)], 1)),
    )
    assert shown(digest.digest(source)) == [
        "Week 20 · 29 epics in flight",
        "3 came in, 2 finished, 1 was stopped, 2 new ideas.\n"
        "*Finished* PAY-1 Address check in one step, PAY-2 Call-back in 2 hours\n"
        "*Came in* PAY-3 Refunds, PAY-4 Wallet, PAY-5 Gift cards\n"
        "*Stopped* PAY-5 Gift cards: sold too few. Thank you, Payments, for finding it out.",
        "*Needs you*",
        "*PAY-7 · Pay by bank transfer at checkout*\n"
        "waits for its first answer since {Mon 27 Apr}, due {Mon 11 May} · Payments, @Ben",
        "Answer this idea",
        "In flight, by value stream",
        "Finished per week, 13 weeks",
        "*In flight* 29 (as before): reviewing 4 · analyzing 5 · ready 6 · testing the MVP 8"
        " · delivering 6\n"
        "*By stream* Payments 20 · Onboarding 9\n"
        "*Finished* 15 in 13 weeks, 13 in the 13 before: within the usual range\n"
        "*Time to finish* half within 96 days (before: 104) · 13 of 15 within 190, the line"
        " (28 finished in 26 weeks)\n"
        "*Ageing* 1 is past the line of day 190; it crossed it this week (PAY-5)",
        "In the thread: 6 wait for an answer, 1 past its date · 1 stuck",
        "Explain a number",
        "Shop · every Monday at 9:00 (Europe/Berlin)",
    ]


def test_a_stream_over_its_limit_stands_in_the_heading_and_first_among_what_needs_someone():
    portfolio = a_portfolio()
    claims = portfolio.value_streams[1]
    oldest = an_epic("implementing", number=5, portfolio=portfolio, committed_at=MONDAY - 170 * DAY)
    streams = {"Onboarding": Load(5, 4), "Payments": Load(5, 5), "Platform": Load(2, 5)}
    crowd = OverLimit(claims, streams["Onboarding"], MONDAY - 2 * WEEK, oldest)
    source = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        in_flight=in_flight(portfolio, streams, most={"testing": 7, "delivering": 6}),
        needs=waiting(over_limit=Top([crowd], 1)),
    )
    answer = digest.digest(source)
    texts = shown(answer)
    assert texts[0] == "Week 20 · 29 epics in flight, Onboarding over by 1"
    assert texts[3:5] == [
        "*Onboarding has 5 of 4 in flight* for 14 days. PAY-5 is the oldest, day 170.",
        "See Onboarding board",
    ]
    assert texts[5:7] == ["In flight and limit, by value stream", "Finished per week, 13 weeks"]
    assert (
        "*Over* Onboarding 5 of 4 · *at the limit* Payments 5 of 5 · *below* Platform 2 of 5\n"
    ) in texts[7]
    assert "testing the MVP 8 of 7, over by 1 · delivering 6 of 6, full" in texts[7]


def test_an_idea_whose_first_answer_is_soon_due_tells_by_when():
    portfolio = a_portfolio()
    soon = an_epic(number=7, portfolio=portfolio, since=MONDAY - 10 * DAY)
    source = a_telling(portfolio, needs=waiting(answers=Top([soon], 1, 0)))
    assert (
        "*PAY-7 · Pay by bank transfer at checkout*\n"
        "waits for its first answer, due {Fri 22 May} · Payments, @Ben"
    ) in shown(digest.digest(source))


def test_where_every_epic_in_flight_has_a_theme_none_without_one_is_counted():
    portfolio = a_portfolio()
    themes = in_flight(portfolio, themes=standings({"Trust": 8}))
    text = shown(
        digest.digest(a_telling(portfolio, changes=some_changes(portfolio), in_flight=themes))
    )
    assert "*By theme* Trust 8\n" in "\n".join(text)


def test_days_are_counted_by_the_calendar_as_on_the_card():
    portfolio = a_portfolio()
    oldest = an_epic("implementing", portfolio=portfolio, committed_at=MONDAY - 10 * DAY + LATER)
    oldest.blocking = Blocking(reason="waits", by_user_id=BEN, at=MONDAY - 2 * DAY + LATER)
    heard_at = MONDAY - 20 * DAY + LATER
    crowd = OverLimit(portfolio.value_streams[0], Load(5, 4), MONDAY - DAY + LATER, oldest)
    needs = waiting(
        over_limit=Top([crowd], 1),
        blocked=Top([oldest], 1),
        stale=Top([(oldest, heard_at)], 1),
    )
    texts = shown(digest.digest(a_telling(portfolio, needs=needs)))
    assert "*Payments has 5 of 4 in flight* for 1 day. PAY-12 is the oldest, day 10." in texts
    replied = shown(digest_thread.reply(STUCK, needs, MONDAY))
    assert any("\nImplementing, day 10 · blocked 2 days: waits" in text for text in replied)
    assert any("· last update 20 days ago" in text for text in replied)
    quiet = replace(a_card(oldest), updated_at=heard_at, now=MONDAY)
    assert quiet.stale_days == 20


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "since today"),
        (1, "for 1 day"),
        (13, "for 13 days"),
        (30, "for 30 days"),
        (1_200, "for 1,200 days"),
    ],
)
def test_how_long_a_stream_is_over_its_limit_is_told_in_days_as_everywhere(days, said):
    portfolio = a_portfolio()
    crowd = OverLimit(portfolio.value_streams[0], Load(5, 4), MONDAY - days * DAY)
    texts = shown(digest.digest(a_telling(portfolio, needs=waiting(over_limit=Top([crowd], 1)))))
    assert f"*Payments has 5 of 4 in flight* {said}." in texts


def test_many_streams_over_their_limits_are_counted_in_the_heading():
    portfolio = a_portfolio()
    streams = {f"Stream {n}": Load(5, 4) for n in range(9)}
    source = a_telling(
        portfolio, changes=some_changes(portfolio), in_flight=in_flight(portfolio, streams)
    )
    texts = shown(digest.digest(source))
    assert texts[0] == "Week 20 · 29 epics in flight, 9 streams over their limits"
    assert "Stream 6 5 of 4, Stream 7 5 of 4 and 1 more\n*Finished*" in texts[4]


def test_work_by_theme_and_projects_on_their_dates_are_told_beside_the_flow():
    portfolio = a_portfolio()
    themes = standings({"Fewer abandoned purchases": 12, "Trust": 8})
    source = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        in_flight=in_flight(portfolio, themes=themes, without_theme=9),
        needs=waiting(slips=Top([a_slip()], 3)),
        milestones=OnTheirDates(on_date=11, agreed=14, slip=a_frozen_slip()),
    )
    figures = shown(digest.digest(source))[-4].split("\n")
    assert figures[2] == "*By theme* Fewer abandoned purchases 12 · Trust 8 · no theme 9"
    assert figures[5] == (
        "*Projects* 11 of 14 milestones on their date · PRJ-204 M3 14 days late, linked to PAY-12"
    )


def test_what_is_in_the_thread_is_counted_at_the_end():
    portfolio = a_portfolio()
    epic = an_epic("ready", portfolio=portfolio)
    epic.blocking = a_blocking(epic)
    needs = waiting(
        answers=Top([], 6, 1),
        blocked=Top([epic], 2),
        overrides=Top([], 1),
        unowned=Top([epic], 9),
        slips=Top([a_slip()], 3),
    )
    texts = shown(digest.digest(a_telling(portfolio, needs=needs)))
    assert texts[-3] == (
        "In the thread: 6 wait for an answer, 1 past its date · 9 without an owner · 2 stuck · "
        "1 override · 3 milestones off their dates"
    )


def test_epics_that_only_lack_an_owner_wait_for_no_answer():
    portfolio = a_portfolio()
    stale = Top([(an_epic("ready", portfolio=portfolio), MONDAY - 3 * WEEK)], 1)
    needs = waiting(stale=stale, unowned=Top([], 341))
    texts = shown(digest.digest(a_telling(portfolio, needs=needs)))
    assert "In the thread: 341 without an owner · 1 stuck" in texts


def test_a_week_without_anything_is_one_line():
    told = digest.digest(a_telling())
    assert shown(told) == ["*Week 20* · nothing changed and nothing waits. 29 epics in flight."]


def test_a_quiet_week_says_that_all_limits_hold_where_there_are_some():
    portfolio = a_portfolio()
    limited = in_flight(portfolio, {"Payments": Load(3, 5)})
    assert shown(digest.digest(a_telling(portfolio, in_flight=limited))) == [
        "*Week 20* · nothing changed and nothing waits. 29 epics in flight, all streams within "
        "their limits."
    ]


def test_the_first_one_starts_where_people_are_and_blames_nobody():
    portfolio = a_portfolio()
    portfolio.live_at = MONDAY - timedelta(hours=1)
    limited = in_flight(portfolio, {"Payments": Load(5, 5), "Onboarding": Load(0, 2)})
    epic = an_epic("ready", portfolio=portfolio)
    source = a_telling(
        portfolio, first=True, in_flight=limited, needs=waiting(unowned=Top([epic], 9))
    )
    answer = digest.digest(source)
    assert shown(answer) == [
        "First Monday · 58 epics are in, as they are",
        "Limits are set to what is in flight today, so nothing is over. Clocks for reminders "
        "started this morning.\n"
        "For 4 weeks nothing is marked late; figures appear when 8 epics have finished since "
        "(now 0).",
        "*One thing would help:* 9 of 58 epics have no owner.",
        "Give them owners",
        "Shop · every Monday at 9:00 (Europe/Berlin)",
    ]


def test_a_first_one_within_four_weeks_says_since_when_clocks_run_and_what_came():
    portfolio = a_portfolio()
    portfolio.live_at = MONDAY - 5 * DAY
    source = a_telling(portfolio, first=True, changes=some_changes(portfolio), open_total=1)
    assert shown(digest.digest(source))[:2] == [
        "First Monday · 1 epic is in, as it is",
        "No limit is set yet, so nothing is over. Clocks for reminders started {Wed 13 May}.\n"
        "For 4 weeks nothing is marked late; figures appear when 8 epics have finished since "
        "(now 0).\n"
        "11–17 May: 3 came in, 2 finished, 1 was stopped, 2 new ideas.",
    ]


def test_the_first_one_of_a_channel_that_joins_later_is_a_usual_one():
    portfolio = a_portfolio()
    lines = shown(digest.digest(a_telling(portfolio, first=True)))
    assert lines[0] == "Week 20 · 29 epics in flight"
    assert (
        "This is the first digest here. Each one after it says what changed since the last."
        in lines
    )


def test_after_weeks_away_it_says_that_it_tells_of_all_of_them():
    portfolio = a_portfolio()
    source = a_telling(portfolio, changes=some_changes(portfolio), since=START_OF_WEEK - 3 * WEEK)
    lines = shown(digest.digest(source))
    assert lines[0] == "Weeks 18–20 · 29 epics in flight"
    assert "This covers 3 weeks: no digest was posted in between." in lines


def test_not_of_whole_weeks_it_names_its_days():
    portfolio = a_portfolio()
    source = a_telling(
        portfolio,
        changes=some_changes(portfolio),
        since=datetime(2026, 4, 29, 9, tzinfo=UTC),
        until=datetime(2026, 5, 5, 9, tzinfo=UTC),
    )
    assert shown(digest.digest(source))[0] == "29 Apr–5 May · 29 epics in flight"


def test_at_most_three_things_are_asked_and_the_rest_is_in_the_thread():
    portfolio = a_portfolio()
    since = MONDAY - 3 * WEEK
    ideas = [an_epic(number=n, portfolio=portfolio, since=since) for n in range(1, 11)]
    stale = Top([(each, since) for each in ideas], 40)
    needs = waiting(answers=Top(ideas, 40), stale=stale)
    lines = shown(digest.digest(a_telling(portfolio, needs=needs)))
    assert lines.count("Answer this idea") == 3
    assert "Still right" not in lines
    assert "In the thread: 40 wait for an answer · 40 stuck" in lines


def test_what_people_wrote_pings_nobody_and_links_nowhere():
    portfolio = a_portfolio(((HOSTILE, "PAY", BEN, None),), name=HOSTILE)
    epic = an_epic(portfolio=portfolio, title=HOSTILE, since=MONDAY - 3 * WEEK)
    one = several([epic])
    changes = Changes(
        new_ideas=1,
        came_in=one,
        reopened=one,
        finished=one,
        stopped=stops([epic], HOSTILE),
        back=one,
        stopped_ideas=1,
    )
    told = digest.digest(
        a_telling(
            portfolio,
            value_stream=portfolio.value_streams[0],
            changes=changes,
            needs=waiting(answers=Top([epic], 1, 1), stale=Top([(epic, MONDAY - 3 * WEEK)], 1)),
        )
    )
    marked = [b["text"]["text"] for b in told.blocks if b.get("text", {}).get("type") == "mrkdwn"]
    for words in (told.text, *marked):
        assert "<!channel>" not in words
        assert "<https" not in words
        assert "&amp;amp;" not in words


@pytest.mark.parametrize("preview", [True, False])
def test_only_what_was_sent_can_be_paused_from_it(preview):
    portfolio = a_portfolio()
    source = a_telling(portfolio, changes=some_changes(portfolio), preview=preview)
    rows = [each["elements"] for each in digest.digest(source).blocks if each["type"] == "actions"]
    expected = ["Preview the next one", "Change day or time", "Pause"]
    if preview:
        assert rows == []
    else:
        ((explain, menu),) = rows
        assert explain["text"]["text"] == "Explain a number"
        assert options(menu) == expected


# How work flows


def figures(**more):
    """The lines about the flow."""
    portfolio = a_portfolio()
    source = a_telling(portfolio, changes=some_changes(portfolio), **more)
    texts = shown(digest.digest(source))
    return next(text for text in texts if text.startswith("*In flight*")).split("\n")[1:]


@pytest.mark.parametrize(
    ("lately", "before", "said"),
    [
        (15, 13, "15 in 13 weeks, 13 in the 13 before: within the usual range"),
        (25, 8, "25 in 13 weeks, 8 in the 13 before: more than before"),
        (8, 25, "8 in 13 weeks, 25 in the 13 before: fewer than before"),
        (
            [0, 11, *evenly(9)[:11]],
            evenly(3),
            "20 in 13 weeks, 11 of them in the week of 23 February; 3 in the 13 before: within the"
            " usual range",
        ),
        (
            [0, 12, *[0] * 11],
            [1, *[0] * 11, 1],
            "12 in 13 weeks, all of them in the week of 23 February; 2 in the 13 before, 1 of them"
            " in the week of 17 November, 1 in the week of 9 February: within the usual range",
        ),
        (
            [1, *[0] * 12],
            [0] * 13,
            "1 in 13 weeks, in the week of 16 February; 0 in the 13 before: within the usual range",
        ),
    ],
)
def test_what_finished_is_compared_with_chance_in_mind_and_a_week_of_half_is_named(
    lately, before, said
):
    assert f"*Finished* {said}" in figures(flow=flow(finished=a_finished(lately, before)))


def test_where_nothing_is_known_of_the_weeks_before_nothing_is_compared():
    said = figures(flow=flow(finished=a_finished(15, 0, known=False)))
    assert "*Finished* 15 in 13 weeks; nothing is known of the 13 before" in said


def test_where_nothing_finished_in_half_a_year_nothing_is_said_of_it():
    assert not [
        line for line in figures(flow=flow(finished=a_finished(0, 0))) if "Finished" in line
    ]


def test_with_too_few_finished_it_says_how_many_are_needed_and_no_epic_is_past_a_line():
    said = figures(flow=flow(time=a_time(TooThin(3))))
    assert said[-1] == "*Time to finish:* needs 8 finished epics, there are 3"
    said = figures(flow=flow(time=a_time(TooThin(1))))
    assert said[-1] == "*Time to finish:* needs 8 finished epics, there is 1"


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (
            a_time(a_line(185, n=31), held=a_line(190)),
            "half within 96 days (before: 104) · 13 of 15 within 190, the line of 13 weeks ago"
            " · now it is day 185 (31 finished in 26 weeks)",
        ),
        (
            a_time(a_line(n=9, weeks=52), held=TooThin(5)),
            "half within 96 days (before: 104) · 85 of 100 within 190, the line"
            " (9 finished in 52 weeks)",
        ),
        (
            a_time(a_line(half=80, n=9), lately=(70, 200), before=()),
            "half within 80 days · 1 of 2 within 190, the line (9 finished in 26 weeks)",
        ),
        (
            a_time(a_line(half=80, n=9), lately=(), before=()),
            "half within 80 days · 85 of 100 within 190, the line (9 finished in 26 weeks)",
        ),
    ],
)
def test_time_to_finish_says_half_those_within_the_line_of_then_and_its_sample(time, said):
    assert f"*Time to finish* {said}" in figures(flow=flow(time=time))


def test_a_stream_of_too_few_is_held_to_the_line_of_all_streams_and_says_so():
    portfolio = a_portfolio()
    stream = portfolio.value_streams[0]
    for own, said in ((False, "(28 finished in 26 weeks, all streams)"), (True, "26 weeks)")):
        time = a_time(a_line(of_stream=own))
        source = a_telling(
            portfolio,
            value_stream=stream,
            changes=some_changes(portfolio),
            flow=flow(time=time),
        )
        assert f"the line {said}" in "\n".join(shown(digest.digest(source))) or own
        assert ("all streams" in "\n".join(shown(digest.digest(source)))) is not own


@pytest.mark.parametrize(
    ("past", "said"),
    [
        ([(5, True)], "1 is past the line of day 190; it crossed it this week (PAY-5)"),
        ([(5, False)], "1 is past the line of day 190 (PAY-5)"),
        ([(5, False), (6, False)], "2 are past the line of day 190 (PAY-5, PAY-6)"),
        (
            [(n, n == 9) for n in range(4, 10)],
            "6 are past the line of day 190; 1 crossed it this week (PAY-9), "
            "5 before (PAY-4, PAY-5, PAY-6 and 2 more)",
        ),
        (
            [(5, True), (6, True)],
            "2 are past the line of day 190; all crossed it this week (PAY-5, PAY-6)",
        ),
    ],
)
def test_ageing_says_how_many_are_past_the_line_and_which_crossed_it_this_week(past, said):
    assert f"*Ageing* {said}" in figures(flow=flow(past=past))


def test_after_weeks_away_what_crossed_the_line_did_so_in_all_of_them():
    said = figures(flow=flow(past=[(5, True)]), since=START_OF_WEEK - 3 * WEEK)
    assert said[-1].endswith("it crossed it in these 3 weeks (PAY-5)")


def test_where_nothing_is_past_the_line_nothing_is_said_of_it():
    assert not [line for line in figures() if "Ageing" in line]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            FrozenDecisions(
                closed=4, alone=2, half_days=3, timed=9, days_before=31, open=2, oldest_days=4
            ),
            "*Decisions* 4 votes closed, 2 taken without a vote, half of 9 in 13 weeks within"
            " 3 working days (before Tack: 31) · 2 open, the oldest for 4 days",
        ),
        (FrozenDecisions(open=1), "*Decisions* none closed · 1 open, since today"),
        (FrozenDecisions(closed=1, timed=1, most_asked=1), "*Decisions* 1 vote closed"),
        (
            FrozenDecisions(open=1, most_asked=2),
            "*Decisions* none closed · 1 open, since today · at most 2 votes asked of one person",
        ),
    ],
)
def test_decisions_are_told_as_flow(told, said):
    assert said in figures(decisions=told)


def test_money_that_moved_by_itself_and_what_is_asked_for_are_told():
    money = FrozenMoney(
        currency="EUR",
        moved=2,
        moved_minor=2_400_000,
        asked=1,
        asked_minor=8_000_000,
        returned_minor=9_500_000,
        overspent=("Lending", "Claims", "Data"),
    )
    assert (
        "*Money* €24k moved without a vote (2) · €80k asked (1) · €95k returned "
        "by stops · overspent: Lending, Claims and 1 more"
    ) in figures(money=money)
    assert not any("*Money*" in line for line in figures(money=FrozenMoney()))


# The chart


def charts(streams, **more):
    portfolio = a_portfolio()
    told = digest.digest(
        a_telling(
            portfolio,
            changes=some_changes(portfolio),
            in_flight=in_flight(portfolio, streams),
            **more,
        )
    )
    assert shown(told)  # Slack takes it
    return [block for block in told.blocks if block["type"] == "data_visualization"], told


def test_in_flight_and_limit_are_a_chart_whose_every_number_is_in_the_words():
    streams = {"Payments": Load(5, 5), "Claims": Load(5, 4), "Data": Load(2, 4), "Free": Load(3)}
    (chart, _), told = charts(streams)
    assert chart["title"] == "In flight and limit, by value stream"
    assert chart["chart"]["axis_config"]["categories"] == ["Payments", "Claims", "Data", "Free"]
    assert bars(chart) == {"In flight": [5, 5, 2, 3], "Limit": [5, 4, 4, 0]}
    said = "*Over* Claims 5 of 4 · *at the limit* Payments 5 of 5 · *below* Data 2 of 4"
    assert said in "\n".join(shown(told))
    words = shown(told.without_charts)
    by_week = ", ".join(map(str, evenly(15)))
    assert (
        "*By value stream* Payments 5 of 5, Claims 5 of 4, Data 2 of 4, Free 3\n"
        f"*Finished per week, from 16 February* {by_week}"
    ) in words
    assert [each for each in words if "*By value" not in each] == shown(Answer(unlike_charts(told)))
    assert "Limit: Payments 5, Claims 4, Data 4" in told.text
    assert "Finished: 16 Feb 2, 23 Feb 2" in told.text


def unlike_charts(told):
    return [each for each in told.blocks if each["type"] != "data_visualization"]


def bars(chart):
    return {
        each["name"]: [point["value"] for point in each["data"]]
        for each in chart["chart"]["series"]
    }


def test_what_finished_is_a_chart_week_by_week():
    _, chart = charts({"Payments": Load(5, 5), "Data": Load(2, 4)})[0]
    assert chart["title"] == "Finished per week, 13 weeks"
    assert chart["chart"]["axis_config"]["categories"][0] == "16 Feb"
    assert bars(chart) == {"Finished": evenly(15)}


def test_one_stream_needs_no_chart_of_streams_and_a_preview_has_none():
    (finished,), _ = charts({"Payments": Load(5, 5)})
    assert finished["title"] == "Finished per week, 13 weeks"
    assert charts({"Payments": Load(5, 5), "Data": Load(2, 4)}, preview=True)[0] == []


def test_of_many_streams_those_with_the_most_are_a_bar_each_and_the_others_one():
    streams = {f"{HOSTILE} and a long name {n}": Load(n + 1) for n in range(21)}
    (chart, _), told = charts(streams)
    assert chart["title"] == "In flight, by value stream"
    categories = chart["chart"]["axis_config"]["categories"]
    assert (len(set(categories)), categories[-1]) == (20, "others")
    assert max(len(each) for each in categories) <= 20
    assert bars(chart) == {"In flight": [*range(21, 2, -1), 3]}
    (words,) = (each for each in shown(told.without_charts) if each.startswith("*By value"))
    numbers = [int(each.split()[-1]) for each in words.splitlines()[0].split(", ")]
    assert numbers == bars(chart)["In flight"]


# The thread


def a_reply(which, line_day=None, **tops):
    return shown(digest_thread.reply(which, waiting(**tops), MONDAY, line_day=line_day))


TITLE = "Pay by bank transfer at checkout"


def test_what_waits_for_an_answer_is_one_reply_with_a_button_on_each():
    portfolio = a_portfolio()
    idea = an_epic(number=7, portfolio=portfolio, since=MONDAY - 3 * WEEK)
    epic = an_epic("ready", number=4, portfolio=portfolio, owner_user_id=None)
    assert a_reply(WAITS, answers=Top([idea], 6, 1), unowned=Top([epic], 1)) == [
        "*Waiting for an answer* · 6 ideas to answer, 1 past its date, 1 epic without an owner",
        f"*PAY-7* {TITLE}\nPayments · due {{Mon 11 May}}",
        "Answer this idea",
        f"*PAY-4* {TITLE}\nReady in Payments",
        "Give it an owner",
        "5 more are not named here: App Home shows everyone their own, `/epic list late` the "
        "ideas past their date.",
    ]


def test_what_is_stuck_names_what_crossed_its_line_then_the_blocked_then_the_stale():
    portfolio = a_portfolio()
    since = {"committed_at": MONDAY - 158 * DAY, "portfolio": portfolio, "phase": Phase.TESTING}
    crossed, blocked, stale = (an_epic("implementing", number=n, **since) for n in (5, 4, 1))
    blocked.blocking = a_blocking(blocked)
    assert a_reply(
        STUCK,
        stale=Top([(stale, MONDAY - 16 * DAY)], 1),
        blocked=Top([blocked], 2),
        crossed=Top([(crossed, MONDAY - 9 * DAY, 150)], 1),
        line_day=150,
    ) == [
        "*Stuck* · 1 crossed its line this week, 2 are blocked, 1 has had no update for a while",
        f"*PAY-5* {TITLE}\nday 158 of 150 · testing the MVP, last update 9 days ago",
        "Still right",
        f"*PAY-4* {TITLE}\n"
        "Testing the MVP, day 158 of 150 · blocked 12 days: waits for the supplier",
        "Unblock",
        f"*PAY-1* {TITLE}\nTesting the MVP, day 158 of 150 · last update 16 days ago",
        "Still right",
        "1 more is not named here: `/flow aging` lists all that is in flight, `/epic list "
        "blocked` what is blocked.",
    ]


def test_what_was_decided_is_one_reply_with_limits_passed_and_money():
    epic = an_epic("implementing", number=4, phase=Phase.TESTING)
    override = Override(
        epic=epic,
        by_user_id=BEN,
        role="value-stream owner",
        reason="Customers wait",
        passed=["Payments has 5 of 5 in flight"],
        at=MONDAY,
    )
    assert a_reply(DONE, overrides=Top([override], 1)) == [
        "*Decided* · 1 override",
        f"*PAY-4* {TITLE}\nValue-stream owner: Customers wait. "
        "Overrode: Payments has 5 of 5 in flight",
        "Open PAY-4",
    ]


def test_projects_that_slip_are_one_reply():
    assert a_reply(PROJECTS, slips=Top([a_slip()], 1)) == [
        "*Projects* · 1 milestone later than agreed",
        "*PRJ-204* M3 Go-live\n14 days after its date of 4 May 2026 · linked to PAY-12",
        "Open PRJ-204",
    ]


@pytest.mark.parametrize("which", [*REPLIES, *FORMER_REPLIES], ids=lambda each: each.kind)
def test_a_reply_whose_things_are_all_solved_says_so_and_asks_nothing_more(which):
    assert a_reply(which) == [f"*{which.title}* · all solved. Thank you."]


# Thursday's question


def test_an_owner_is_asked_about_all_their_epics_at_once():
    portfolio = a_portfolio()
    epics = [an_epic("ready", number=n, portfolio=portfolio) for n in (1, 2)]
    told = fact_check.fact_check(
        5, [ToConfirm(epics[0], None), ToConfirm(epics[1], MONDAY)], 2, MONDAY
    )
    title = "Pay by bank transfer at checkout"
    assert shown(told) == [
        "2 epics of yours for the next digest: are these still right?",
        f"*PAY-1 · {title}*\nready, not blocked · since {{Mon 18 May}} · Payments",
        "Still right",
        f"*PAY-2 · {title}*\nready, not blocked · since {{Mon 18 May}} · Payments"
        " · confirmed {Mon 18 May}",
        "Something changed",
        "Not these",
    ]


def test_the_question_says_which_column_and_whether_it_is_blocked():
    portfolio = a_portfolio()
    epic = an_epic("implementing", number=1, portfolio=portfolio, phase=Phase.TESTING)
    told = fact_check.fact_check(5, [ToConfirm(epic, None)], 1, MONDAY)
    assert shown(told)[1].split("\n")[1].startswith("testing the MVP, not blocked · since")
    epic.blocking = a_blocking(epic)


def test_the_question_says_the_last_reading_and_by_when_it_is_done():
    epic = an_epic("implementing", phase=Phase.TESTING, indicator="Completion, %")
    asked = ToConfirm(epic, None, reading=Decimal("64.2"), done_at=MONDAY + 39 * DAY)
    told = shown(fact_check.fact_check(5, [asked], 1, MONDAY))
    assert (
        "testing the MVP, completion 64.2 %, done by about {Fri 26 Jun}, not blocked · since"
    ) in told[1]


def test_what_was_not_read_for_long_is_asked_for_instead():
    epic = an_epic("implementing", phase=Phase.TESTING, indicator="Completion, %")
    told = shown(fact_check.fact_check(5, [ToConfirm(epic, None, unread=True)], 1, MONDAY))
    assert told[1].endswith("Completion has had no reading for eight weeks: what is it now?")
    assert told[2] == "Add a reading"


def test_with_more_than_a_screen_of_epics_the_others_are_counted():
    portfolio = a_portfolio()
    asked = [ToConfirm(an_epic("ready", number=n, portfolio=portfolio), None) for n in range(1, 11)]
    lines = shown(fact_check.fact_check(5, asked, 25, MONDAY))
    assert "15 more of your epics are in flight; `/epic list` shows them." in lines
    assert lines[-3:] == ["Something changed", "All still right", "Not these"]


def test_answered_it_says_thank_you_and_asks_nothing():
    epic = an_epic("ready")
    assert shown(fact_check.fact_check(5, [ToConfirm(epic, MONDAY)], 1, MONDAY))[0] == (
        "Thank you: your epic is confirmed, and the next digest will say so."
    )
    left = LeftOut.of(epic, ANA, MONDAY)
    left.epic = epic
    assert shown(fact_check.fact_check(5, [], 0, MONDAY, left=[left])) == [
        "You are not asked about PAY-12 (until {Mon 13 Jul}); what changes before then is asked"
        " about again.",
        "Ask about them again",
    ]
    assert shown(fact_check.fact_check(5, [], 0, MONDAY)) == [
        "None of your epics is in flight any more. Thank you."
    ]


# Asking for it


def test_the_answers_about_a_digest_say_when_the_next_one_comes():
    found = a_subscription(a_portfolio(), next_at=MONDAY + WEEK)
    when = "{Mon 25 May, 9:00}"
    assert shown(subscription.state(found)) == [
        f"The digest of Shop comes to this channel every Monday at 9:00 (Europe/Berlin), "
        f"the next one {when}. @Ana set it up."
    ]
    for said in (subscription.subscribed, subscription.resumed, subscription.sent):
        assert when in shown(said(found))[0]
    assert "Invite @Tack there" in shown(subscription.outside(found, "U0TACK"))[1]


def test_a_paused_digest_says_since_when_and_by_whom():
    found = a_subscription(a_portfolio(), paused_at=MONDAY, paused_by=BEN)
    assert shown(subscription.state(found))[0].startswith(
        "The digest of Shop has been paused in this channel since {Mon 18 May}, by @Ben."
    )


def test_what_was_decided_is_told_with_its_number_and_what_is_more_is_counted():
    portfolio = a_portfolio()
    testing = {"phase": Phase.TESTING, "portfolio": portfolio}
    epics = [an_epic("implementing", number=n, **testing) for n in range(1, 6)]
    decided = [
        FrozenDecision(
            **FrozenEpic.of(each).model_dump(), decision=f"D-{each.id}", outcome="persevere"
        )
        for each in epics
    ]

    def told(decisions):
        several = Several(count=len(decisions), named=tuple(decisions))
        return shown(digest.digest(a_telling(portfolio, changes=Changes(decided=several))))[1]

    assert told(decided[:1]) == "1 decision was made.\n*Decided* PAY-1: persevere (D-1)"
    assert told(decided).endswith("PAY-3: persevere (D-3) and 2 more")


def test_what_was_read_in_the_week_stands_beside_the_outcomes():
    portfolio = a_portfolio()
    read = (
        FrozenReading(
            key="PAY-12",
            figure="Completion",
            unit=" %",
            value=Decimal("64.2"),
            change=Decimal("1.1"),
        ),
        FrozenReading(key="PAY-2", figure="Calls a day", value=Decimal(29), change=Decimal(-3)),
        FrozenReading(key="ONB-1", figure="Minutes", value=Decimal(19)),
    )
    outcomes = FrozenOutcomes(reached=6, recorded=9, read=read)
    told = a_telling(portfolio, changes=some_changes(portfolio), outcomes=outcomes)
    assert (
        "*Outcomes* 6 of 9 reached their target · completion of PAY-12 +1.1 points to 64.2 %"
        " · calls a day of PAY-2 −3 to 29 · minutes of ONB-1 first read at 19"
    ) in "\n".join(shown(digest.digest(told)))
