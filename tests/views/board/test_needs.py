"""What holds of how every need looks, whatever it is about."""

from datetime import date, timedelta

import pytest

from bot.slack.answers import Answer
from bot.slack.blocks import section
from bot.views.board import digest, digest_thread, inbox
from bot.views.board.needs import LOOKS, Line, Surface, Where, lines_of, shows
from bot.workflows.board.fact_check import TO_CONFIRM, ToConfirm
from bot.workflows.board.needs import LEAD, NEEDS, REPLIES
from bot.workflows.board.over_limit import OVER_LIMIT, OverLimit
from bot.workflows.budgets.commitments.waiting import UNCOVERED, Uncovered
from bot.workflows.budgets.waiting import MOVED, SHIFTS
from bot.workflows.decisions.follow_up.reviewing import OUTCOME
from bot.workflows.decisions.follow_up.waiting import CLOSED, DECIDED
from bot.workflows.decisions.register import BALLOT, TIE
from bot.workflows.decisions.signals.asking import SIGNALLED
from bot.workflows.epics.blocking import BLOCKED
from bot.workflows.epics.waiting import ANSWER, LACKING, OVERRIDDEN, QUESTION, STALE, UNOWNED
from bot.workflows.flow.crossing import CROSSED
from bot.workflows.needs import Waits
from bot.workflows.paging import Top
from bot.workflows.portfolio.streams import OWNERLESS
from bot.workflows.projects.slips import SLIPPED, Slip
from models.budgets.seats import Seat
from models.budgets.shift import Approval, Outcome, Shift
from models.decisions.follow_up.outcome_review import Occasion, OutcomeReview
from models.decisions.signal import SignalCheck
from models.epics.blocking import Blocking
from models.epics.obstacles import Override
from models.flow.flow import Load
from models.portfolio.policy import Requirement
from models.portfolio.portfolio import Phase
from models.projects.project import Milestone, Project
from tests.views.board.contents import LINKED, a_telling
from tests.views.builders import (
    ANA,
    ELI,
    HOSTILE,
    MONDAY,
    a_decision,
    a_portfolio,
    an_epic,
    closed,
)
from tests.views.reading import buttons, shown, shown_home

DAY = timedelta(days=1)
LONGEST_TITLE, LONGEST_REASON = HOSTILE * 4, HOSTILE * 10


def a_blocked_epic(number=4, portfolio=None, *, days=12, reason="waits for the supplier", **more):
    epic = an_epic("implementing", number=number, portfolio=portfolio, phase=Phase.TESTING, **more)
    at = MONDAY - days * DAY
    epic.blocking = Blocking(epic_id=epic.id, reason=reason, by_user_id=ANA, at=at)
    return epic


def a_waiting_shift(number=4, portfolio=None, *, name="Onboarding"):
    """Platform of Eli asks Onboarding of Cleo, and finance."""
    portfolio = portfolio or a_portfolio()
    _, onboarding, platform = portfolio.value_streams
    onboarding.name = name
    shift = Shift(
        id=number, amount_minor=8_000_000 + 100_000 * number, asked_by=ELI, reason="It waits."
    )
    shift.portfolio, shift.from_stream, shift.to_stream = portfolio, onboarding, platform
    shift.lapses_at = MONDAY + 4 * DAY
    shift.approvals = [Approval(seat=Seat.GIVER), Approval(seat=Seat.FINANCE)]
    return shift


def a_moved_shift(number=4, portfolio=None, *, name="Onboarding"):
    shift = a_waiting_shift(number, portfolio, name=name)
    shift.outcome, shift.ended_at, shift.approvals = Outcome.MOVED, MONDAY, []
    return shift


def a_project_s_milestone(number=4, portfolio=None, *, name="Checkout renewal"):
    milestone = Milestone(code="M3", name=name, baseline_on=date(2026, 5, 4))
    return Slip(Project(id=number, code=f"PRJ-{number}", name=name), milestone, 14, LINKED)


def a_crowded_stream(number=4, portfolio=None, *, name=None):
    portfolio = portfolio or a_portfolio()
    stream = portfolio.value_streams[number % 3]
    stream.name = name or stream.name
    epic = an_epic("ready", portfolio=portfolio, committed_at=MONDAY - 30 * DAY)
    return OverLimit(stream, Load(5 + number, 4), MONDAY - 20 * DAY, epic)


def a_stream_of_nobody(number=4, portfolio=None, *, name=None):
    stream = (portfolio or a_portfolio()).value_streams[number % 3]
    stream.owner_user_id, stream.name = None, name or stream.name
    return stream


def an_override(number=4, portfolio=None, *, reason="Customers wait", **more):
    epic = an_epic("ready", number=number, portfolio=portfolio, **more)
    facts = {"passed": [reason] * 9, "role": "value-stream owner", "by_user_id": ELI}
    return Override(epic=epic, reason=reason, at=MONDAY, **facts)


def a_tie(epic):
    decision = a_decision(epic, terms={"tie_breaker": ELI})
    decision.tie(["persevere", "stop"], MONDAY)
    return decision


def a_decided(epic):
    decision = closed(a_decision(epic), "persevere", "persevere")
    decision.wait_for(f"a place: {HOSTILE} is full")
    return decision


def a_crossed_epic(epic):
    """On day 192 of 190, with news nine days ago."""
    epic.committed_at = MONDAY - 192 * DAY
    return epic, MONDAY - 9 * DAY, 190


def an_outcome(epic):
    epic.done_at, epic.indicator = MONDAY - 28 * DAY, HOSTILE
    return OutcomeReview.of(epic, Occasion.FOUR_WEEKS, MONDAY.date())


def an_uncovered(epic, short, asked=None):
    epic.portfolio_id = 1
    return Uncovered(epic, 3_000_000, short, asked)


def about_an_epic(state, make):
    """Examples that are an epic of that state, with what stands beside it."""

    def example(number=4, portfolio=None, **more):
        phase = Phase.TESTING if state == "implementing" else None
        return make(an_epic(state, number=number, portfolio=portfolio, phase=phase, **more))

    return example


def a_signal(epic):
    """Its target's day went by on Sunday."""
    says = "Completion was to be at 68 % by 17 May 2026, and is at 64.2 %."
    return SignalCheck(id=epic.id, epic=epic, version=1, says=says)


EXAMPLES = {
    OVER_LIMIT: a_crowded_stream,
    BALLOT: about_an_epic("implementing", a_decision),
    TIE: about_an_epic("implementing", a_tie),
    SIGNALLED: about_an_epic("implementing", a_signal),
    DECIDED: about_an_epic("implementing", a_decided),
    ANSWER: about_an_epic("funnel", lambda epic: epic),
    QUESTION: about_an_epic("funnel", lambda epic: epic),
    SHIFTS: a_waiting_shift,
    UNCOVERED: about_an_epic("implementing", lambda epic: an_uncovered(epic, 100)),
    MOVED: a_moved_shift,
    CROSSED: about_an_epic("implementing", a_crossed_epic),
    CLOSED: about_an_epic("implementing", lambda epic: closed(a_decision(epic), "stop", "stop")),
    BLOCKED: a_blocked_epic,
    LACKING: about_an_epic("reviewing", lambda epic: (epic, [*Requirement])),
    OUTCOME: about_an_epic("done", an_outcome),
    STALE: about_an_epic("implementing", lambda epic: (epic, MONDAY - 16.5 * DAY)),
    OVERRIDDEN: an_override,
    UNOWNED: about_an_epic("ready", lambda epic: epic),
    OWNERLESS: a_stream_of_nobody,
    SLIPPED: a_project_s_milestone,
    TO_CONFIRM: about_an_epic("ready", lambda epic: ToConfirm(epic, None)),
}
TITLED, NAMED = {"title": LONGEST_TITLE}, {"name": HOSTILE[:80]}
HOSTILE_WORDS = {
    **dict.fromkeys(EXAMPLES, TITLED),
    **dict.fromkeys((OVER_LIMIT, SHIFTS, MOVED, OWNERLESS, SLIPPED), NAMED),
    **dict.fromkeys((BLOCKED, OVERRIDDEN), TITLED | {"reason": LONGEST_REASON}),
}

IN_THREAD = {need: reply for reply in REPLIES for need in reply.needs}
every_need = pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
every_need_in = {
    where: pytest.mark.parametrize("need", needs, ids=lambda need: need.name)
    for where, needs in {
        Where.HOME: [need for need in NEEDS if need.in_home],
        Where.LEAD: [need for need in LEAD if need is not ANSWER],
        Where.THREAD: list(IN_THREAD),
    }.items()
}


def places(need):
    """Where it is shown."""
    there = {Where.HOME: need.in_home, Where.LEAD: need in LEAD, Where.THREAD: need in IN_THREAD}
    return [where for where, shown_there in there.items() if shown_there] or [Where.QUESTION]


def test_every_need_is_shown_by_one_function_and_held_to_what_holds_of_all():
    assert set(LOOKS) == set(NEEDS) == set(EXAMPLES)
    assert set(LEAD) < set(NEEDS)


@every_need
def test_a_need_is_not_shown_in_two_ways(need):
    with pytest.raises(ValueError, match=f"{need.name} is shown already"):
        shows(need)(lambda each, on: Line("", None))


def the_line(need, each, *, asks):
    return drawn(need, each, Where.LEAD if asks else Where.HOME)


def drawn(need, each, where):
    (line,) = lines_of(need, [each], Surface(where, MONDAY))
    return Answer([section(line.said, line.button)])


@every_need
@pytest.mark.parametrize("words", [{}, HOSTILE_WORDS], ids=["usual", "hostile"])
def test_its_line_is_one_that_slack_takes_with_one_button(need, words):
    for where in places(need):
        each = EXAMPLES[need](**words.get(need, {}))
        if (need, where) == (ANSWER, Where.LEAD):
            each.state_entered_at = MONDAY - 14 * DAY
        told = drawn(need, each, where)
        texts = shown(told)
        assert len(buttons(told.blocks)) == 1
        assert len(texts) == 2
        assert "<" not in texts[0]
        assert len(texts[0]) < 1_000


def of(need, count, named):
    """So many of the kind, of which some are named."""
    portfolio = a_portfolio()
    return portfolio, Top([EXAMPLES[need](n, portfolio) for n in range(1, named + 1)], count)


def at_home(need, count, named):
    _, top = of(need, count, named)
    return shown_home(Answer(inbox.waits(Waits({need: top}), MONDAY)))


def in_the_lead(need, count, named):
    portfolio, top = of(need, count, named)
    return shown(digest.digest(a_telling(portfolio, needs=Waits({need: top}))))


def in_the_thread(need, count, named):
    _, top = of(need, count, named)
    return shown(digest_thread.reply(IN_THREAD[need], Waits({need: top}), MONDAY))


def lines(need, texts, where):
    """How many of the texts are lines of the need."""
    known = {shown(drawn(need, EXAMPLES[need](n), where))[0] for n in range(1, 11)}
    return len([text for text in texts if text in known])


@every_need_in[Where.HOME]
def test_home_names_three_and_says_how_many_more_there_are(need):
    none, few, many = at_home(need, 0, 0), at_home(need, 2, 2), at_home(need, 4_321, 5)
    assert [lines(need, each, Where.HOME) for each in (none, few, many)] == [0, 2, 3]
    assert none == ["*Nothing is waiting for you.* New items appear here first."]
    assert not few[-1].startswith("And ")
    assert many[-1].startswith("And 4,318 more ")


@every_need_in[Where.LEAD]
def test_a_digest_names_three(need):
    none, few, many = in_the_lead(need, 0, 0), in_the_lead(need, 2, 2), in_the_lead(need, 4_321, 9)
    assert [lines(need, each, Where.LEAD) for each in (none, few, many)] == [0, 2, 3]
    assert "nothing waits" in none[0]


@every_need_in[Where.THREAD]
def test_a_digest_counts_all_that_is_in_its_thread(need):
    few, many = in_the_lead(need, 2, 2), in_the_lead(need, 4_321, 9)
    assert few[-3].startswith("In the thread: 2 ")
    assert many[-3].startswith("In the thread: 4,321 ")


@every_need_in[Where.THREAD]
def test_the_thread_mentions_nobody(need):
    assert "<@" not in str(drawn(need, EXAMPLES[need](), Where.THREAD).blocks)


@every_need_in[Where.THREAD]
def test_the_thread_names_ten_and_says_how_many_more_there_are(need):
    none, few = in_the_thread(need, 0, 0), in_the_thread(need, 2, 2)
    many = in_the_thread(need, 4_321, 10)
    assert [lines(need, each, Where.THREAD) for each in (none, few, many)] == [0, 2, 10]
    assert len(none) == 1
    assert "not named here" not in few[-1]
    assert many[-1].startswith("4,311 more are not named here: ")


@pytest.mark.parametrize(
    ("days", "since"), [(0, "since today"), (1, "1 day"), (12, "12 days"), (1_234, "1,234 days")]
)
def test_what_is_blocked_says_where_it_stands_for_how_long_and_why(days, since):
    assert shown(the_line(BLOCKED, a_blocked_epic(days=days), asks=False)) == [
        "*PAY-4 · Pay by bank transfer at checkout*\n"
        f"Testing the MVP · blocked {since}: waits for the supplier",
        "Unblock",
    ]


def test_a_shift_says_how_much_goes_where_and_who_is_asked_until_when():
    shift = a_waiting_shift(1)
    said = "*€81k from Onboarding to Platform*\n"
    said += "waits for {} until {{Fri 22 May, 11:00}} · asked by @Eli"
    assert shown(the_line(SHIFTS, shift, asks=True))[0] == said.format("@Cleo and finance")
    assert shown(the_line(SHIFTS, shift, asks=False))[0] == said.format("your approval")


@pytest.mark.parametrize(
    ("short", "asked", "how", "button"),
    [
        (1_250_000, None, "is €12,500 short", "Ask for a shift"),
        (1_250_000, 7, "is €12,500 short · a shift is asked for", "See the request"),
        (0, None, "has it available now", "Cover it"),
        (0, 7, "has it available now", "Cover it"),
    ],
)
def test_what_is_not_covered_says_what_it_lacks_and_has_the_button_that_helps(
    short, asked, how, button
):
    found = an_uncovered(an_epic("implementing", phase=Phase.TESTING), short, asked)
    assert shown(the_line(UNCOVERED, found, asks=False)) == [
        f"*PAY-12 · Pay by bank transfer at checkout*\nnot covered: €30,000 · Payments {how}",
        button,
    ]


def test_of_what_was_decided_the_thread_says_for_how_many_working_days_it_was_open():
    (said, *_) = shown(drawn(CLOSED, EXAMPLES[CLOSED](1), Where.THREAD))
    assert said.endswith("persevere, pivot or stop? · {Sat 23 May}, open for 4 working days")
