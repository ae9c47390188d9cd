"""The steps of setting a portfolio up, its settings, and what is said once it is live."""

from datetime import UTC, datetime

import pytest

from bot.slack.blocks import modal
from bot.views.portfolio import going_live
from bot.views.portfolio.actions import SettingsShown, StreamsList
from bot.views.portfolio.change_notes import saved
from bot.views.portfolio.settings import settings_page
from bot.views.portfolio.stream_page import stream_page
from bot.views.themes import list as themes_step  # noqa: F401  adds the step of the themes
from bot.workflows.portfolio.setting_up import Progress
from bot.workflows.portfolio.streams import StreamLine, StreamPage
from models.portfolio.portfolio import Stage
from models.portfolio.preset import LEAN_BOARD
from tests.views.builders import ANA, BEN, HOSTILE, MONDAY, a_portfolio, many_streams
from tests.views.reading import buttons, element, shown, shown_form

NONE_YET = dict.fromkeys(
    ("streams", "limits", "council", "finance", "stand_ins", "themes", "epics", "projects"), 0
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


def page_of(progress, portfolios=(), **more):
    """The settings as Slack is sent them."""
    page = SettingsShown(portfolio=progress.portfolio.id)
    return as_view(settings_page(progress, page, portfolios, **{"may_begin": False} | more))


def as_view(shown):
    return modal(shown.page.kind, shown.title, shown.blocks)


def test_the_steps_say_what_is_done_and_what_is_open():
    view = page_of(begun())
    assert shown_form(view) == [
        "Set up the portfolio",
        "*Shop* · @Ben began this {Mon 18 May}\nNothing is posted before *Go live*. Close this "
        "whenever you like: `/portfolio setup` continues here, also for another admin.",
        "*1 · Basics* · done\nEUR · Europe/Berlin · fiscal year from January · Mon–Fri · "
        "no holidays · no channel · seen by everyone",
        "Change the basics",
        "*2 · Value streams* · open\n"
        "None yet: each has an owner, a channel, and letters its keys begin with.",
        "Value streams",
        "*3 · Board* · the usual board\nFunnel → Reviewing → Analyzing → Ready → "
        "Implementing → Done · leaving Funnel commits",
        "The board",
        "*4 · Limits* · set to what is in flight when you go live\n"
        "The limits of one value stream are in its menu under *Value streams*.",
        "Limits",
        "*5 · Council, finance and stand-ins* · open\nnobody on the council · nobody in finance "
        "· people or user groups; `/portfolio roles` takes roles away",
        "Name people",
        "*6 · The council's line* · €250,000\nThe council votes on epics whose full cost is at or "
        "above it, or not known. Below it, the owner of the value stream decides.",
        "Change the line",
        "*7 · Before Tack* · open\n"
        "Later figures are compared with how long a steering decision took before.",
        "Say how long",
        "*8 · Themes* · no themes yet\nWhat the portfolio aims for. Optional: as long as there are "
        "none, no idea has to name one.",
        "Themes",
        "*9 · Import what you have* · no epics and no projects so far\n`/portfolio import` "
        "takes a CSV file here in Slack; whoever runs Tack can use `tack import`. Optional: you "
        "can start empty.",
        "Go live",
    ]
    asked = element(view["blocks"], "go_live")["confirm"]
    assert asked["title"]["text"] == "Go live with Shop?"
    assert asked["text"]["text"] == (
        "The owners of its value streams are notified; it has no channel yet. Limits are set to "
        "what is in flight today. Nothing is marked overdue for the first four weeks."
    )


def test_the_steps_fit_with_hundreds_of_streams_and_hostile_names():
    streams = [((HOSTILE * 2)[:75] + f"{n}", f"S{n}", BEN, None) for n in range(250)]
    done = {"council": 9, "finance": 2, "limits": 12, "epics": 58, "projects": 667, "streams": 250}
    progress = begun(
        streams, channel_id="C0PAY", decision_days_before=31, holidays=["2026-12-25"], **done
    )
    texts = "\n".join(shown_form(page_of(progress)))
    assert "*2 · Value streams* · 250" in texts
    assert "and 242 more" in texts
    assert "<!" not in texts
    assert "*5 · Council, finance and stand-ins* · done" in texts
    assert "58 epics and 667 projects so far" in texts
    assert "*7 · Before Tack* · a steering decision took 31 working days" in texts


def test_a_board_of_ones_own_is_called_so():
    progress = begun()
    for state, preset in zip(progress.portfolio.states, LEAN_BOARD.states, strict=False):
        state.label = preset.label
    texts = "\n".join(shown_form(page_of(progress)))
    assert "*3 · Board* · your own board" in texts


@pytest.mark.parametrize("count", [1, 2, 100])
def test_another_portfolio_is_chosen_where_there_are_several_and_begun_once_this_is_live(count):
    progress = begun(live_at=MONDAY)
    portfolios = [progress.portfolio, *(begun().portfolio for _ in range(count - 1))]
    for number, portfolio in enumerate(portfolios, 1):
        portfolio.id, portfolio.name = number, f"Portfolio {number}"
    view = page_of(progress, portfolios, may_begin=True)
    texts = shown_form(view)
    menus = [block for block in view["blocks"] if block.get("block_id") == "portfolio"]
    assert [len(menu["elements"][0]["options"]) for menu in menus] == [count][count == 1 :]
    assert texts[-1] == "Set up another portfolio"
    progress.portfolio.live_at = None
    assert "Set up another portfolio" not in shown_form(page_of(progress, may_begin=True))


def test_the_settings_lead_to_everything_that_can_change():
    progress = begun([("Payments", "PAY", BEN, "C0PAY")], live_at=MONDAY, streams=1, limits=1)
    view = page_of(progress)
    texts = shown_form(view)
    assert texts[1].startswith("*Shop* · live since {Mon 18 May}")
    assert buttons(view["blocks"]) == [
        "Change the basics",
        "Value streams",
        "The board",
        "Limits",
        "Name people",
        "Change the line",
        "Say how long",
        "Themes",
    ]
    assert texts[8].startswith("*Limits* · 1 limit\n")


@pytest.mark.parametrize("count", [0, 1, 15])
def test_a_page_of_streams_says_who_owns_them_and_how_full_they_are(count):
    portfolio = begun(many_streams(count)).portfolio
    lines = [StreamLine(each, 5, 4) for each in portfolio.value_streams]
    page = StreamPage(portfolio, lines, 1, 1, count)
    view = as_view(stream_page(page, StreamsList(), [portfolio], may_add=True))
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
    view = as_view(stream_page(page, StreamsList(), [portfolio], may_add=False))
    assert "Add a value stream" not in buttons(view["blocks"])
    assert shown_form(view)[-1] == (
        "Admins add and change value streams; the owner of one sets its limits."
    )


def test_going_live_is_announced_with_what_comes_next():
    portfolio = begun([("Payments", "PAY", BEN, "C0PAY")], live_at=MONDAY).portfolio
    answer = going_live.live(portfolio, 58)
    assert shown(answer) == [
        "*Shop is live in Tack.* 58 epics are in it already. Anyone here can type "
        "`/epic propose`: three answers are enough.",
        "1 value stream: Payments (@Ben).\nProjects keep their plans and budgets. Until "
        "{Mon 15 Jun} nothing is marked overdue. `/flow digest subscribe` "
        "brings a weekly digest to a channel.",
    ]


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
        "Until {Mon 15 Jun} nothing is marked overdue. App Home shows what waits for you."
    ]


def test_who_had_it_go_live_hears_where_tack_has_to_be_invited():
    portfolio = begun(live_at=MONDAY, channel_id="C0PAY").portfolio
    told, *offer = shown(going_live.is_live(portfolio, ["C0PAY", "C0ONB", "C0CLM"], "U0TACK"))
    assert offer == [
        "*A weekly digest* can tell <#C0PAY> each Monday at 9:00 what changed, what waits for whom "
        "and how work flows.",
        "Bring it every Monday",
    ]
    assert told.endswith(
        "One thing first: invite @Tack to <#C0PAY>, <#C0ONB> and <#C0CLM>, or it cannot post there."
    )
    assert ANA not in told


def test_what_was_saved_as_it_was_says_so():
    assert saved([]).text == "Nothing changed."
