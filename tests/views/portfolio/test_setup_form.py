"""The steps of setting a portfolio up, its settings, and what is said once it is live."""

from datetime import UTC, date, datetime

import pytest

from bot.slack.values import SettingRef
from bot.views.portfolio import going_live, settings_page, setup_form, stream_page
from bot.workflows.portfolio.setting_up import Progress
from bot.workflows.portfolio.streams import StreamLine, StreamPage
from models.portfolio.portfolio import Stage
from models.portfolio.preset import LEAN_BOARD
from models.portfolio.setup import Basics, StreamSetup
from tests.views.builders import ANA, BEN, CLEO, HOSTILE, MONDAY, a_portfolio, many_streams
from tests.views.reading import buttons, element, read_aloud, shown, shown_form

NONE_YET = dict.fromkeys(
    ("streams", "limits", "council", "finance", "stand_ins", "epics", "projects"), 0
)


def begun(named=(), **more):
    """A portfolio as far as its setting up has come."""
    portfolio = a_portfolio(named)
    portfolio.created_at, portfolio.live_at = MONDAY, None
    portfolio.fiscal_year_starts_in, portfolio.working_days = 1, "1111100"
    portfolio.holidays, portfolio.open_to_all, portfolio.version = [], True, 1
    for stream in portfolio.value_streams:
        stream.stage = Stage.PROJECT_FUNDED
    for name in ("channel_id", "holidays", "decision_days_before", "live_at"):
        if name in more:
            setattr(portfolio, name, more.pop(name))
    return Progress(portfolio=portfolio, began_by=BEN, **NONE_YET | more)


def test_the_first_form_asks_what_holds_in_the_whole_portfolio():
    basics = Basics(name="", currency="", time_zone="Europe/Berlin", locale="de-DE")
    form = setup_form.basics_form(basics, SettingRef())
    texts = shown_form(form)
    assert texts[:3] == [
        "Set up a portfolio",
        "Six small steps, to be done in any order and by more than one admin. Nothing is posted "
        "before *Go live*; close it whenever you like, `/portfolio setup` continues where it "
        "stood.",
        "What is the portfolio called?",
    ]
    needed = [b["block_id"] for b in form["blocks"] if b["type"] == "input" and not b["optional"]]
    assert needed == ["name", "currency", "locale", "time_zone", "fiscal_year", "seen_by"]
    days = element(form["blocks"], "working_days")["initial_options"]
    assert [day["value"] for day in days] == ["0", "1", "2", "3", "4"]
    assert form["submit"]["text"] == "Continue"


def test_opened_again_the_form_holds_what_is_stored():
    basics = Basics(
        name=HOSTILE,
        currency="CHF",
        time_zone="Europe/Zurich",
        fiscal_year_starts_in=4,
        holidays=[date(2026, 12, 25), date(2027, 1, 1)],
        channel_id="C0PAY",
        open_to_all=False,
    )
    form = setup_form.basics_form(basics, SettingRef(portfolio=1, version=3))
    shown_form(form)
    assert element(form["blocks"], "holidays")["initial_value"] == "2026-12-25\n2027-01-01"
    assert element(form["blocks"], "fiscal_year")["initial_option"]["text"]["text"] == "April"
    assert element(form["blocks"], "channel")["initial_conversation"] == "C0PAY"
    assert element(form["blocks"], "seen_by")["initial_option"]["value"] == "roles"
    assert (form["title"]["text"], form["submit"]["text"]) == ("Basics", "Save")


def test_the_steps_say_what_is_done_and_what_is_open():
    view = setup_form.checklist(begun(), SettingRef(portfolio=1))
    assert shown_form(view) == [
        "Set up the portfolio",
        "*Shop* · @Ben began this {Mon 18 May}\nNothing is posted before *Go live*. Close this "
        "whenever you like: `/portfolio setup` continues here, also for another admin.",
        "*1 · Basics* · done\nEUR · Europe/Berlin · fiscal year from January · Mon–Fri · "
        "no holidays · no channel yet · seen by everyone",
        "Change the basics",
        "*2 · Value streams* · open\n"
        "None yet: each has an owner, a channel, and letters its keys begin with.",
        "Value streams",
        "*3 · Board and limits* · the usual seven\nFunnel → Reviewing → Analyzing → Ready → "
        "Implementing → Done · limits become what is in flight when you go live",
        "Board and limits",
        "*4 · Council, finance and stand-ins* · open\n"
        "nobody on the council · nobody in finance · people or user groups",
        "Name people",
        "*5 · Before Tack* · open\n"
        "How long a steering decision takes today: later you see what became of it.",
        "Say how long",
        "*6 · Bring in what you have* · no epics and no projects so far\n`/portfolio import` "
        "takes a CSV file here in Slack; whoever runs Tack can use `tack import`. Optional: you "
        "can begin with what comes.",
        "Go live",
    ]
    asked = element(view["blocks"], "go_live")["confirm"]
    assert asked["title"]["text"] == "Go live with Shop?"
    assert asked["text"]["text"] == (
        "The owners of its value streams are told; it has no channel yet. Limits become what is "
        "in flight today. For four weeks nothing is called late."
    )


def test_the_steps_fit_with_hundreds_of_streams_and_hostile_names():
    streams = [((HOSTILE * 2)[:75] + f"{n}", f"S{n}", BEN, None) for n in range(250)]
    done = {"council": 9, "finance": 2, "limits": 12, "epics": 58, "projects": 667, "streams": 250}
    progress = begun(
        streams, channel_id="C0PAY", decision_days_before=31, holidays=["2026-12-25"], **done
    )
    texts = "\n".join(shown_form(setup_form.checklist(progress, SettingRef(portfolio=1))))
    assert "*2 · Value streams* · 250" in texts
    assert "and 242 more" in texts
    assert "<!" not in texts
    assert "*4 · Council, finance and stand-ins* · done" in texts
    assert "58 epics and 667 projects so far" in texts
    assert "31 working days for a steering decision today" in texts


def test_a_board_of_ones_own_is_called_so():
    progress = begun()
    for state, preset in zip(progress.portfolio.states, LEAN_BOARD.states, strict=False):
        state.label = preset.label
    texts = "\n".join(shown_form(setup_form.checklist(progress, SettingRef(portfolio=1))))
    assert "*3 · Board and limits* · your own board" in texts


@pytest.mark.parametrize("count", [0, 1, 45])
def test_the_choice_between_portfolios_says_which_are_live(count):
    rows = []
    for number in range(count):
        progress = begun(live_at=MONDAY if number % 2 else None)
        progress.portfolio.id, progress.portfolio.name = number + 1, f"Portfolio {number}"
        rows.append((progress.portfolio, BEN))
    view = setup_form.chooser(rows, "C0PAY", may_begin=True)
    texts = shown_form(view)
    assert texts[-1] == "Set up another portfolio"
    if count:
        assert "*Portfolio 0* · being set up, @Ben began it {Mon 18 May}" in texts
    if count > 40:
        assert "*Portfolio 1* · live since {Mon 18 May}" in texts
        assert "5 more: `/portfolio settings` lets you choose any of them." in texts


def test_the_settings_lead_to_everything_that_can_change():
    progress = begun([("Payments", "PAY", BEN, "C0PAY")], live_at=MONDAY, streams=1, limits=1)
    view = settings_page.settings_page(progress, SettingRef(portfolio=1))
    texts = shown_form(view)
    assert texts[1].startswith("*Shop* · live since {Mon 18 May}")
    assert buttons(view["blocks"]) == [
        "Change the basics",
        "Value streams",
        "The board",
        "Limits",
        "Name people",
        "Say how long",
    ]
    assert "*Limits of the portfolio* · 1 limit, those of value streams included" in texts[8]


@pytest.mark.parametrize("count", [0, 1, 15])
def test_a_page_of_streams_says_who_owns_them_and_how_full_they_are(count):
    portfolio = begun(many_streams(count)).portfolio
    lines = [StreamLine(each, 5, 4) for each in portfolio.value_streams]
    page = StreamPage(portfolio, lines, 1, 1, count)
    view = stream_page.stream_page(page, SettingRef(portfolio=1))
    texts = shown_form(view)
    assert texts[2:4] == ["Add a value stream", "Add several"]
    if not count:
        assert "has no value stream yet" in texts[1]
    else:
        assert texts[4] == (
            "*Stream 000* · S0 · @Eli\nno channel · project-funded · 5 of 4 in flight, over by 1"
        )


def test_who_may_add_no_stream_is_offered_none_and_reads_who_may():
    portfolio = begun(many_streams(1)).portfolio
    lines = [StreamLine(each, 0, None) for each in portfolio.value_streams]
    page = StreamPage(portfolio, lines, 1, 1, 1)
    view = stream_page.stream_page(page, SettingRef(portfolio=1), may_add=False)
    assert "Add a value stream" not in buttons(view["blocks"])
    assert shown_form(view)[-1] == (
        "Admins add and change value streams; who owns one sets its limits."
    )


def test_the_form_of_a_stream_begins_with_what_it_is():
    now = StreamSetup(
        name="Payments",
        key_prefix="PAY",
        owner_user_id=CLEO,
        channel_id="C0PAY",
        stage=Stage.HYBRID,
    )
    form = stream_page.stream_form(now, SettingRef(portfolio=1, subject=1))
    shown_form(form)
    assert element(form["blocks"], "owner")["initial_user"] == CLEO
    assert element(form["blocks"], "stage")["initial_option"]["value"] == "hybrid"
    assert element(form["blocks"], "name")["max_length"] == 80


def test_going_live_is_announced_with_what_comes_next():
    portfolio = begun([("Payments", "PAY", BEN, "C0PAY")], live_at=MONDAY).portfolio
    answer = going_live.live(portfolio, 58)
    assert shown(answer) == [
        "*Shop is at work in Tack.* 58 epics are in, as they are. Anyone here can type "
        "`/epic propose`: three answers are enough.",
        "1 value stream: Payments (@Ben).\nNothing that exists is abolished: projects keep their "
        "plan and budget. Until {Mon 15 Jun} nothing is called late. `/flow digest subscribe` "
        "brings a weekly digest to a channel.",
    ]
    assert read_aloud(answer).startswith("*Shop is at work in Tack.*")


def test_owners_hear_what_is_theirs_and_how_long_nothing_is_late():
    portfolio = begun(
        [("Payments", "PAY", BEN, None), ("Refunds", "REF", BEN, None)],
        live_at=datetime(2026, 5, 18, 9, tzinfo=UTC),
    ).portfolio
    answer = going_live.live_for_owner(portfolio.value_streams, 3)
    assert shown(answer) == [
        "*Shop is live*, and you own Payments, Refunds. 3 ideas wait for a first answer.\n"
        "What comes next: each new idea gets your first answer within 10 working days: yes, not "
        "now, or a question. Once a week you are asked whether what is shown is still right. "
        "Until {Mon 15 Jun} nothing is called late. App Home shows what waits for you."
    ]


def test_who_had_it_go_live_hears_where_tack_has_to_be_invited():
    portfolio = begun(live_at=MONDAY, channel_id="C0PAY").portfolio
    told = shown(going_live.is_live(portfolio, ["C0PAY", "C0ONB", "C0CLM"], "U0TACK"))[0]
    assert told.endswith(
        "One thing first: invite @Tack to <#C0PAY>, <#C0ONB> and <#C0CLM>, or it cannot post there."
    )
    assert ANA not in told
