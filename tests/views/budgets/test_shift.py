"""How a shift reads, word for word: looked at before it is asked for, asked for, and ended."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from bot.slack.forms import check_page
from bot.views.budgets.actions import AskShift, BudgetShown, ShiftShown
from bot.views.budgets.budget import budget, undo_lead
from bot.views.budgets.preview import preview
from bot.views.budgets.request import answered, drawn, shift_page
from bot.workflows.budgets.budgets import BudgetPage, Request, StreamBudget
from models.budgets.allocation import Lines, YearEndForecast
from models.budgets.books import Balance
from models.budgets.ledger import Entry
from models.budgets.period import FundingPeriod
from models.budgets.rules import Band, Position
from models.budgets.ruling import Ruling
from models.budgets.seats import NobodyElse, NoCouncil, People, Seat
from models.budgets.shift import Approval, Outcome, Shift
from models.decisions.decision import Decision
from tests.views.builders import ANA, BEN, CLEO, DANA, ELI, HOSTILE, MONDAY, a_portfolio
from tests.views.reading import buttons, shown, shown_form

K = 100_000
REASON = "a second test environment; three epics wait for the first one"
YEAR = FundingPeriod(id=1, name="2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
FRIDAY = MONDAY + timedelta(days=4, hours=6)
ONBOARDING = Balance(available=310 * K, committed=640 * K, spent=618 * K)
PLATFORM = Balance(available=35 * K, committed=455 * K, spent=410 * K)
ASKED_BY_ELI = {Seat.GIVER: False, Seat.FINANCE: False}


def a_ruling(amount=80 * K, asker=ELI, band=Band.APPROVED, seats=None, portfolio=None, **more):
    portfolio = portfolio or a_portfolio()
    _, onboarding, platform = portfolio.value_streams
    facts = {
        "portfolio": portfolio,
        "period": YEAR,
        "giver": onboarding,
        "taker": platform,
        "amount": amount,
        "position": Position(funded=1_600 * K, available=310 * K, moved_out=32 * K),
        "band": band,
        "giver_has": ONBOARDING,
        "taker_has": PLATFORM,
        "people": People(asker, (CLEO,), (ELI,), (DANA,), (ANA,)),
        "seats": ASKED_BY_ELI if seats is None else seats,
        "barred": None,
        "stand_ins_at": MONDAY + timedelta(days=2),
        "undo_until": FRIDAY + timedelta(days=3),
        "lapses_at": FRIDAY,
    }
    return Ruling(**(facts | more))


def look(ruling, typed="80k", reason=REASON):
    check = preview(ruling, AskShift(portfolio=1), reason, typed)
    names = {CLEO: "Cleo", DANA: "Dana", ELI: "Eli"}
    submit = check.button(lambda user_id: names[user_id])
    return submit, shown_form(check_page(check, "{}", submit))[1:]


def test_the_look_says_both_balances_every_rule_who_decides_and_until_when():
    submit, texts = look(a_ruling())
    assert submit == "Ask Cleo and Dana"
    assert texts == [
        "*€80,000 from Onboarding to Platform*, for 2026 only\n"
        f"You typed “80k”: €80,000. Reason: {REASON}",
        "*Available now → after*\n"
        "Onboarding  €310,000 → *€230,000* (allocated €1,568,000, spent €618,000, "
        "committed €640,000, set aside €0)\n"
        "Platform  €35,000 → *€115,000* (allocated €900,000, spent €410,000, "
        "committed €455,000, set aside €0)",
        "*Why this needs approval*\n"
        "Size: €80,000 is 5.0 % of Onboarding's €1,600,000. Up to 2 % needs nobody where "
        "Onboarding's owner asks; above 10 % also the council.",
        "*What holds*\n"
        "Available in Onboarding: €80,000 of €310,000\n"
        "Size: 5.0 % of at most 10 %\n"
        "Moved out of Onboarding this year: €112,000, 7.0 % of at most 10 %",
        "*Year-end*\n"
        "Onboarding has no forecast yet; @Cleo or finance can give one with /budget forecast\n"
        "Platform has no forecast yet; @Eli or finance can give one with /budget forecast",
        "*Who decides* @Cleo (Onboarding gives) and @Dana (finance). "
        "You ask for Platform, so its approval is given.\n"
        "Nobody stands in for @Cleo: @Ana can name someone with /portfolio roles.",
        "The €80,000 is set aside in Onboarding until it is decided, at the latest "
        "{Fri 22 May, 17:00}.",
    ]


def test_within_the_free_band_it_says_that_nobody_needs_to_approve_it():
    submit, texts = look(a_ruling(30 * K, CLEO, Band.FREE, {}), "30k")
    assert submit == "Move €30,000"
    assert (
        "*Nobody needs to approve this*: Onboarding is yours, and €30,000 is 1.9 % of its "
        "€1,600,000. @Eli and @Dana are notified at once and can ask to have it undone until "
        "{Mon 25 May, 17:00}."
    ) in texts


@pytest.mark.parametrize(
    ("asker", "seats", "said"),
    [
        (CLEO, {Seat.GIVER: True, Seat.FINANCE: False}, "You ask for Onboarding, so its approval"),
        (
            DANA,
            {Seat.GIVER: False, Seat.RECEIVER: False, Seat.FINANCE: True},
            "You are finance, so that approval is given.",
        ),
    ],
)
def test_whose_yes_is_given_by_asking_is_said(asker, seats, said):
    assert any(said in text for text in look(a_ruling(asker=asker, seats=seats))[1])


def test_what_would_overdraw_says_by_how_much_and_the_largest():
    submit, texts = look(a_ruling(324 * K, CLEO, Band.OVERDRAWN, {}), "324k")
    assert submit is None
    assert texts[1] == (
        "*This would overdraw Onboarding by €14,000.* It has €310,000 available.\n"
        "Largest shift possible now: €310,000; without the council: €128,000; "
        "without asking anyone: €32,000."
    )


BY_THE_COUNCIL = ASKED_BY_ELI | {Seat.COUNCIL: False}


def test_above_ten_per_cent_it_says_that_the_council_decides_and_what_holds_no_more():
    fresh = Position(funded=1_600 * K, available=310 * K)
    ruling = a_ruling(170 * K, ELI, Band.COUNCIL, BY_THE_COUNCIL, position=fresh, decides_at=FRIDAY)
    submit, texts = look(ruling, "170k")
    assert submit == "Ask for approval"
    assert texts[2].startswith(
        "*Why this needs approval*\nSize: €170,000 is 10.7 % of Onboarding's €1,600,000, over the "
        "10 % allowed without the council.\n"
    )
    assert (
        "Moved out of Onboarding this year: €170,000 with this, 10.7 %, over the 10 % allowed "
        "without the council."
    ) in texts[2]
    assert texts[3] == "*What holds*\nAvailable in Onboarding: €170,000 of €310,000"
    assert texts[5].startswith(
        "*Who decides* @Cleo (Onboarding gives) and @Dana (finance), and a decision of the "
        "council, more than half, by {Fri 22 May, 17:00}."
    )
    assert texts[6].endswith("one working day after the council's decision closes.")


def test_asked_by_someone_else_what_is_small_says_once_that_it_is_within_the_quarter():
    moved = Position(funded=1_600 * K, available=310 * K, moved_silently=18 * K)
    _, texts = look(a_ruling(1 * K, ELI, Band.FREE, {Seat.GIVER: False}, position=moved), "1k")
    assert "without approval" not in texts[2]
    assert (
        "Moved out of Onboarding without approval this quarter: €19,000, 1.2 % of at most 2 %"
        in texts[3]
    )


def test_small_ones_that_add_up_to_more_than_ten_per_cent_say_so():
    moved = Position(funded=1_600 * K, available=310 * K, moved_out=152 * K)
    ruling = a_ruling(9 * K, ELI, Band.COUNCIL, BY_THE_COUNCIL, position=moved, decides_at=FRIDAY)
    assert (
        "Moved out of Onboarding this year: €161,000 with this, 10.1 %, over the 10 % allowed "
        "without the council."
    ) in look(ruling)[1][2]


def test_where_nobody_else_could_approve_it_the_look_says_so_and_what_else_can_be_asked():
    submit, texts = look(a_ruling(asker=DANA, seats={}, barred=NobodyElse()))
    assert submit is None
    assert texts[-1].startswith("*This cannot be asked for now.* Nobody else could approve")
    large = a_ruling(170 * K, ELI, Band.COUNCIL, {}, barred=NoCouncil())
    assert look(large)[1][-1].endswith("Without the council at most €128,000 can be asked for.")


def test_what_undoes_a_silent_one_says_why_finance_is_enough():
    first = a_request(Outcome.MOVED, asked_by=CLEO, seats=()).shift
    seats = {Seat.FINANCE: False}
    ruling = a_ruling(30 * K, CLEO, seats=seats, undoes=first, undone_soon=True)
    assert look(ruling)[1][2] == (
        "*Why this needs approval*\nIt undoes what moved without approval {Mon 18 May, 11:00}: "
        "until {Mon 25 May, 17:00} finance's approval is enough."
    )


def test_who_stands_in_is_said_with_the_day_from_which_they_are_asked():
    who = People(ELI, (CLEO,), (ELI,), (DANA,), (ANA,), (), {Seat.FINANCE: (BEN,)})
    assert ("If @Dana has not answered by {Wed 20 May, 11:00}, @Ben is asked as well.") in look(
        a_ruling(people=who)
    )[1][5]
    request = a_request(stand_ins_at=MONDAY + timedelta(days=2), stand_ins_asked=False)
    before = replace(request, people=who)
    assert "From {Wed 20 May, 11:00} also @Ben, for @Dana" in shown(drawn(before))[6]
    request.shift.stand_ins_asked = True
    assert "Also asked now, for @Dana: @Ben" in shown(drawn(before))[6]


def test_what_is_to_last_says_so():
    check = preview(a_ruling(), AskShift(portfolio=1), REASON, "80k", lasting=True)
    assert (
        "for 2026, and when the year is rolled forward\n"
        in shown_form(check_page(check, "{}", ""))[1]
    )
    assert (
        "asks, for 2026, and when the year is rolled forward: "
        in shown(drawn(a_request(lasting=True)))[1]
    )


def test_the_councils_part_of_a_request_says_until_when_and_what_it_decided():
    decision = Decision(key="D-7", closes_at=FRIDAY, outcome=None)
    open_ = a_request(seats=(Seat.GIVER, Seat.COUNCIL), decision=decision, given=(CLEO,))
    assert "*The council* decides by {Fri 22 May, 17:00} (D-7)" in shown(drawn(open_))[6]
    ended = a_request(Outcome.DECLINED, decision=decision)
    assert shown(drawn(ended))[1].startswith(
        "The council's decision D-7 ended it {Mon 18 May, 11:00}: there was no majority for it\n"
    )
    moved = a_request(Outcome.MOVED, seats=(Seat.COUNCIL,), decision=decision)
    moved.shift.approvals[0].at = MONDAY
    assert "Approved by *the council* {Mon 18 May, 11:00} (D-7)" in shown(drawn(moved))[1]


def test_more_people_than_a_button_shows_are_called_by_what_they_are():
    many = People(ELI, (CLEO, BEN), (ELI,), (DANA, ANA), ())
    submit, _ = look(a_ruling(people=many))
    assert submit == "Ask for approval"


def a_request(outcome=None, *, asked_by=ELI, seats=(Seat.GIVER, Seat.FINANCE), given=(), **more):
    portfolio = more.pop("portfolio", None) or a_portfolio()
    _, onboarding, platform = portfolio.value_streams
    shift = Shift(
        id=7,
        amount_minor=80 * K,
        reason=REASON,
        asked_by=asked_by,
        asked_at=MONDAY,
        lapses_at=FRIDAY,
        outcome=outcome,
        ended_at=MONDAY if outcome else None,
        **more,
    )
    shift.portfolio, shift.period, shift.portfolio_id = portfolio, YEAR, portfolio.id or 1
    shift.from_stream, shift.to_stream = onboarding, platform
    shift.approvals = [
        Approval(seat=seat, user_id=by, at=MONDAY if by else None)
        for seat, by in zip(seats, (*given, None, None, None), strict=False)
    ]
    return Request(
        shift=shift,
        position=Position(funded=1_600 * K, available=230 * K, moved_out=112 * K),
        giver_after=230 * K,
        taker_after=115 * K,
        people=People(asked_by, (CLEO,), (ELI,), (DANA,), (ANA,)),
        entry=Entry(number=147) if outcome is Outcome.MOVED else None,
    )


def test_a_request_says_what_is_asked_how_it_stands_and_who_is_asked():
    message = drawn(a_request())
    texts = shown(message)
    assert texts[:7] == [
        "Budget shift · €80,000 from Onboarding to Platform",
        f"@Eli asks, for 2026 only: {REASON}",
        "*Onboarding* available\n€310,000 → *€230,000*",
        "*Platform* available\n€35,000 → *€115,000*",
        "*Size*\n5.0 % (free up to 2 %)",
        "*Moved out this year*\n7.0 % of at most 10 %",
        "*@Cleo* (Onboarding) waits · *@Dana* (finance) waits\n"
        "Nobody stands in for @Cleo: @Ana can name someone with /portfolio roles.",
    ]
    assert texts[-1] == (
        "Needs both. €80,000 is set aside until {Fri 22 May, 17:00}; then it lapses and stays in "
        "Onboarding.\nBy the rules every portfolio begins with: 2 % a quarter, 10 % at once, 10 % "
        "in the year, 4 working days."
    )
    assert buttons(message.blocks) == [
        "Approve €80,000",
        "Ask a question",
        "Decline with a reason",
        "Take the request back",
    ]
    approve = next(b for b in message.blocks if b["type"] == "actions")["elements"][0]
    assert approve["confirm"]["title"]["text"] == "Approve this budget shift?"
    assert approve["confirm"]["text"]["text"] == (
        "€80,000 moves from Onboarding to Platform for 2026. Onboarding keeps €230,000 available. "
        "It moves once the owner of Onboarding and finance have approved."
    )


def test_what_is_over_a_limit_says_so_in_the_request_and_in_the_look():
    over = replace(a_request(), position=Position(1_600 * K, 100 * K, 40 * K, 200 * K))
    over.shift.amount_minor = 170 * K
    assert shown(drawn(over))[4:6] == [
        "*Size*\n10.7 %, over the 10 % allowed without the council",
        "*Moved out this year*\n12.5 %, over the 10 % allowed without the council",
    ]
    silent = Position(funded=1_600 * K, available=310 * K, moved_silently=18 * K)
    assert (
        "without approval this quarter: €18,000, with this 6.2 %, over the 2 % allowed without "
        "approval"
    ) in look(a_ruling(position=silent))[1][2]


def test_who_has_approved_reads_that_in_their_window_and_has_no_button_for_it():
    given = a_request(given=(CLEO,))
    own, others = (drawn(given, viewer) for viewer in (CLEO, DANA))
    assert "You have approved this one. You can still decline it." in shown(own)
    assert "Approve €80,000" not in buttons(own.blocks)
    assert "Approve €80,000" in buttons(others.blocks)


def test_who_asked_reads_that_the_council_is_asked_too():
    asked = a_request(seats=(Seat.GIVER, Seat.FINANCE, Seat.COUNCIL))
    assert shown(answered(asked))[0].startswith(
        "Asked @Cleo, @Dana and the council to approve €80,000 from Onboarding to Platform."
    )


def test_who_presses_last_reads_that_nobody_else_is_needed():
    message = drawn(a_request(given=(CLEO,)))
    approve = next(b for b in message.blocks if b["type"] == "actions")["elements"][0]
    assert approve["confirm"]["text"]["text"].endswith("available. Nobody else is needed.")


def test_a_request_says_how_its_giver_expects_to_end_the_year():
    portfolio = a_portfolio()
    giver = portfolio.value_streams[1]
    request = replace(
        a_request(portfolio=portfolio),
        giver_allocated=1_568 * K,
        forecasts={giver.id: a_forecast(1_428 * K)},
    )
    assert (
        "Onboarding expects €140,000 under its budget (@Cleo, {Mon 18 May}), after the shift "
        "€60,000 under it."
    ) in shown(drawn(request))


def test_who_has_said_yes_is_said():
    texts = shown(drawn(a_request(given=(CLEO,))))
    assert "*@Cleo* (Onboarding) approved {Mon 18 May, 11:00} · *@Dana* (finance) waits" in texts


@pytest.mark.parametrize(
    ("request_", "texts"),
    [
        (
            a_request(Outcome.MOVED, given=(CLEO, DANA), ended_by=DANA),
            [
                "Done · €80,000 from Onboarding to Platform",
                "Approved by *@Cleo* {Mon 18 May, 11:00} and *@Dana* {Mon 18 May, 11:00}, "
                "on the same day. Platform has €115,000 available.",
                "Ledger entry 2026-0147 · in finance's export for May",
                "Ask to undo",
            ],
        ),
        (
            a_request(Outcome.MOVED, asked_by=CLEO, seats=(), ended_by=CLEO),
            [
                "Done · €80,000 from Onboarding to Platform",
                f"Moved by *@Cleo* {{Mon 18 May, 11:00}}: {REASON}\n"
                "No approval was needed: 5.0 % of Onboarding's €1,600,000. "
                "Platform has €115,000 available.",
                "Ledger entry 2026-0147 · in finance's export for May",
                "Ask to undo",
            ],
        ),
        (
            a_request(Outcome.DECLINED, ended_by=CLEO, ended_because="We need it ourselves."),
            [
                "Declined · €80,000 from Onboarding to Platform",
                "*@Cleo* declined {Mon 18 May, 11:00}: We need it ourselves.\n"
                f"€80,000 is available in Onboarding again. Asked by @Eli: {REASON}",
            ],
        ),
        (
            a_request(Outcome.TAKEN_BACK, ended_by=ELI),
            [
                "Taken back · €80,000 from Onboarding to Platform",
                "*@Eli* took it back {Mon 18 May, 11:00}.\n"
                f"€80,000 is available in Onboarding again. Asked by @Eli: {REASON}",
            ],
        ),
        (
            a_request(Outcome.LAPSED, given=(CLEO,)),
            [
                "Lapsed · €80,000 from Onboarding to Platform",
                "It was not answered by {Fri 22 May, 17:00}: finance did not answer.\n"
                f"€80,000 is available in Onboarding again. Asked by @Eli: {REASON}",
                "Ask again",
            ],
        ),
    ],
    ids=["moved", "silent", "declined", "taken back", "lapsed"],
)
def test_what_became_of_it_stands_in_its_place_and_no_button_answers_it_any_more(request_, texts):
    message = drawn(request_)
    assert shown(message) == texts
    assert set(buttons(message.blocks)) <= {"Ask to undo", "Ask again"}


def test_what_was_asked_back_whole_is_not_asked_back_again():
    request = replace(a_request(Outcome.MOVED, asked_by=CLEO, seats=()), asked_back=80 * K)
    message = drawn(request)
    assert (
        "Ledger entry 2026-0147 · in finance's export for May · €80,000 of it asked back"
        in shown(message)
    )
    assert buttons(message.blocks) == []


def test_what_people_wrote_is_shown_and_marks_nothing():
    portfolio = a_portfolio()
    for stream in portfolio.value_streams:
        stream.name = HOSTILE + stream.name
    hostile = a_request(portfolio=portfolio)
    hostile.shift.reason = HOSTILE * 9
    for answer in (drawn(hostile), drawn(a_request(Outcome.DECLINED, ended_because=HOSTILE * 9))):
        assert shown(answer)
        assert "<!channel>" not in answer.text
        assert "<!channel>" not in marked(answer.blocks)
    check = preview(a_ruling(portfolio=portfolio), AskShift(portfolio=1), HOSTILE * 9, HOSTILE)
    assert "<!channel>" not in marked(check.blocks)
    assert shown_form(check_page(check, "{}", "Ask"))
    assert shift_page(hostile, ShiftShown(shift=7), CLEO).blocks


def marked(blocks):
    """Only what Slack reads marks in: plain text shows as it is."""
    found = []

    def look_into(part):
        if isinstance(part, dict):
            if part.get("type") == "mrkdwn":
                found.append(part["text"])
            part = list(part.values())
        for each in part if isinstance(part, list) else ():
            look_into(each)

    look_into(list(blocks))
    return "\n".join(found)


def a_budget(balances, *, number=1, pages=1, of_stream=MappingProxyType({}), **more):
    portfolio = a_portfolio()
    streams = [
        StreamBudget(
            stream=stream,
            balance=balance,
            position=Position(funded=1_600 * K, available=balance.available, moved_out=32 * K),
            **of_stream,
        )
        for stream, balance in zip(portfolio.value_streams, balances, strict=False)
    ]
    whole = sum(balances, Balance())
    facts = {"portfolio": portfolio, "year": "2026", "streams": streams, "whole": whole}
    facts |= {"open_shifts": (), "funders": (DANA,), "may_fund": False, "may_ask": True}
    facts |= {"period": YEAR, "periods": (YEAR,), "is_over": False, "may_forecast": False}
    facts |= {"all_streams": streams, "number": number, "pages": pages, "total": len(streams)}
    return BudgetPage(**(facts | more))


def budget_texts(found):
    page = budget(found, BudgetShown(portfolio=1), [found.portfolio])
    view = {"type": "modal", "title": {"type": "plain_text", "text": page.title}}
    return shown_form(view | {"blocks": list(page.blocks)})[1:]


def test_an_empty_year_says_who_begins_it():
    nothing = {"is_known": False}
    texts = budget_texts(a_budget([Balance(), Balance()], of_stream=nothing))
    assert texts == [
        "*Shop, 2026*\nNo value stream has money for 2026 yet. @Dana can fund them with "
        "/budget fund."
    ]
    mine = budget_texts(a_budget([Balance(), Balance()], may_fund=True, of_stream=nothing))
    assert "Start with *Fund a stream*" in mine[0]


def test_each_stream_says_what_it_has_also_where_it_overspent_or_has_nothing():
    over = Balance(available=-14 * K, spent=100 * K)
    texts = budget_texts(a_budget([ONBOARDING, over, Balance(spent=1_600 * K)]))
    assert (
        "*Payments* · *€310,000 available*\nof €1,568,000 allocated: €618,000 spent, "
        "€640,000 committed, €0 set aside\n"
        "Funded with €1,600,000 · moved out €32,000 · may still move without asking: €32,000\n"
        "No year-end forecast yet: @Ben or finance can give one\nOwner @Ben"
    ) in texts
    assert any(text.startswith("*Onboarding* · *overspent by €14,000*\n") for text in texts)
    assert any(text.startswith("*Platform* · *nothing left*\n") for text in texts)


def test_one_stream_alone_says_so_in_place_of_the_sum_and_leads_back_to_all():
    portfolio = a_portfolio()
    stream = portfolio.value_streams[0]
    texts = budget_texts(a_budget([ONBOARDING], stream=stream))
    buttons = ["All value streams", "Shift money", "History"]
    assert texts[:4] == ["*Shop, 2026* · Payments alone", *buttons]
    assert sum("allocated" in text for text in texts) == 1


def test_what_is_asked_for_counts_as_moved_out_and_the_line_says_so():
    held = Balance(available=230 * K, set_aside=80 * K)
    assert any("moved out or asked for €32,000" in text for text in budget_texts(a_budget([held])))


def a_forecast(minor, **more):
    return YearEndForecast(amount_minor=minor, given_at=MONDAY, given_by=CLEO, **more)


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (1_600 * K, "€1,600,000, *€32,000 above its budget*"),
        (1_500 * K, "€1,500,000, €68,000 under its budget"),
        (1_568 * K, "€1,568,000, exactly its budget"),
    ],
)
def test_a_forecast_says_how_it_stands_beside_the_budget_who_gave_it_and_when(minor, said):
    texts = budget_texts(a_budget([ONBOARDING], of_stream={"forecast": a_forecast(minor)}))
    assert f"Year-end forecast: {said} (@Cleo, {{Mon 18 May}})" in texts[-2]


def test_what_is_not_known_is_not_0_and_is_counted():
    lines = {"lines": Lines(count=14, amounts=12, forecasts=12, cost_centres=("4711", "4712"))}
    texts = budget_texts(a_budget([ONBOARDING], of_stream=lines))
    assert texts[-2].startswith("*Payments* · *€310,000 available* (12 of 14 known)\n")
    assert texts[-2].endswith("@Ben · cost centres 4711, 4712")
    unknown = {"is_known": False, "lines": Lines(count=1)}
    texts = budget_texts(a_budget([Balance()], of_stream=unknown))
    assert texts[-1].startswith("*Payments* · budget not known (0 of 1 known)\nNo year-end")
    assert "€" not in texts[-1]


def test_the_look_says_the_year_end_before_and_after_and_who_can_give_one():
    portfolio = a_portfolio()
    giver = portfolio.value_streams[1]
    ruling = a_ruling(portfolio=portfolio, forecasts={giver.id: a_forecast(1_428 * K)})
    _, texts = look(ruling)
    year_end = next(text for text in texts if text.startswith("*Year-end*"))
    assert year_end == (
        "*Year-end*\n"
        "Onboarding expects €140,000 under its budget (@Cleo, {Mon 18 May}), after the shift "
        "€60,000 under it\n"
        "Platform has no forecast yet; @Eli or finance can give one with /budget forecast"
    )


@pytest.mark.parametrize(
    ("available", "said"),
    [
        (-14 * K, "*Onboarding is overspent by €14,000*, so it can give nothing."),
        (0, "*Onboarding has nothing available*, so it can give nothing now."),
    ],
)
def test_a_stream_that_has_nothing_says_so(available, said):
    position = Position(funded=1_600 * K, available=available)
    has = Balance(available=available)
    _, texts = look(a_ruling(80 * K, ELI, Band.OVERDRAWN, {}, position=position, giver_has=has))
    assert texts[-1] == said


@pytest.mark.parametrize(("days", "says"), [(7, True), (8, False)])
def test_that_finances_approval_is_enough_to_undo_is_said_as_long_as_it_is_so(days, says):
    shift = a_request(Outcome.MOVED, asked_by=CLEO, seats=()).shift
    lead = undo_lead(shift, MONDAY + timedelta(days=days))
    assert ("finance's approval is enough" in lead) == says
