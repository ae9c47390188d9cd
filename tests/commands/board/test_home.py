"""App Home, from a click to the board as it is drawn again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.epics.epic import Epic
from models.portfolio.portfolio import Portfolio
from models.projects.project import Milestone, Project
from models.themes.theme import Theme
from tests.commands.conftest import card, proposes

LOADING = "Your board is loading."


def home_of(slack, who, words):
    """The Home of someone, once it says the words."""
    home = slack.as_user(who).opens_home()
    slack.wait_for(lambda: words in "\n".join(home.texts))
    return home


def says(slack, home, words):
    slack.wait_for(lambda: words in "\n".join(home.texts))


def lacks(slack, home, words):
    """Wait until the Home is drawn without the words; what announces it lacks most words."""
    slack.wait_for(lambda: not any(each in "\n".join(home.texts) for each in (words, LOADING)))


def live_since(tack, days, slack):
    with tack.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.live_at = slack.clock.now() - timedelta(days=days)


def proposed(slack, *titles):
    for number, title in enumerate(titles, 1):
        proposes(slack, title)
        card(slack, f"PAY-{number}")


def test_an_idea_waits_for_who_owns_its_stream_and_is_answered_from_home(slack, shop):
    proposed(slack, "Pay by bank transfer")
    home = home_of(slack, "ben", "What waits for you")
    assert "Shop" in home.texts
    ben = slack.as_user("ben")
    home.click("Answer this idea")
    assert "PAY-1" in "\n".join([ben.form().title, *ben.form().texts])
    ben.form().close()
    assert "What waits for you" not in "\n".join(slack.as_user("cleo").opens_home().texts)


def test_still_right_said_in_home_is_gone_from_it(slack, shop):
    live_since(shop, 100, slack)
    proposed(slack, "Pay by bank transfer")
    ana = slack.as_user("ana")
    ana.types("/epic move PAY-1 implementing", channel="payments")
    slack.clock.advance(timedelta(days=20))
    home = home_of(slack, "ana", "last update 20 days ago")
    home.click("Still right")
    says(slack, home, "Nothing is waiting for you.")


def test_whose_board_which_column_which_words_are_chosen_and_stay_chosen(slack, shop):
    proposed(slack, "Pay by bank transfer", "Gift cards")
    ana = slack.as_user("ana")
    ana.types("/epic move PAY-2 ready", channel="payments")
    home = home_of(slack, "ana", "*Ready* · 1")
    home.choose("Column", "Ready")
    says(slack, home, "1 in ready, page 1 of 1")
    home.choose("Column", "All columns")
    lacks(slack, home, "page 1 of 1")
    home.choose("Value stream", "Payments")
    says(slack, home, "Shop · Payments")
    home.click("Search")
    ana.form().fill("Which words?", "BANK")
    assert ana.form().submit().closed
    says(slack, home, "with “BANK”")
    lacks(slack, home, "Gift cards")
    again = home_of(slack, "ana", "with “BANK”")
    again.click("Clear search")
    says(slack, again, "Gift cards")
    says(slack, again, "Shop · Payments")


def test_only_mine_and_a_theme_narrow_the_board(slack, shop):
    proposed(slack, "Pay by bank transfer", "Gift cards")
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        theme = Theme(workspace_id=portfolio.workspace_id, portfolio_id=portfolio.id, name="Trust")
        session.add(theme)
        session.flush()
        first, second = session.scalars(select(Epic).order_by(Epic.id))
        first.theme_id, second.owner_user_id = theme.id, slack.workspace.user_named("ben").id
    home = home_of(slack, "ana", "Gift cards")
    home.click("Only mine")
    lacks(slack, home, "Gift cards")
    says(slack, home, "1 epic · owned by you")
    home.click("Everyone's")
    says(slack, home, "Gift cards")
    home.choose("Theme", "Trust")
    lacks(slack, home, "Gift cards")
    home.choose("Theme", "Without a theme")
    says(slack, home, "Gift cards")
    lacks(slack, home, "Pay by bank transfer")


def test_the_board_shows_what_someone_owns_and_theirs_or_mine_not_both(slack, shop):
    proposed(slack, "Pay by bank transfer", "Gift cards")
    ana, ben = slack.as_user("ana"), slack.workspace.user_named("ben").id
    ana.types("/epic owner PAY-2 @ben", channel="payments")
    home = home_of(slack, "ana", "Gift cards")
    home.click("Search")
    ana.form().choose("Whose epics?", "ben")
    assert ana.form().submit().closed
    says(slack, home, f"1 epic · owned by <@{ben}>")
    lacks(slack, home, "Pay by bank transfer")
    home.choose("Column", "Ready")
    says(slack, home, "Nothing in ready now.")
    home.click("Only mine")
    lacks(slack, home, f"<@{ben}>")
    home.click("Search")
    ana.form().choose("Whose epics?", "ben")
    assert ana.form().submit().closed
    says(slack, home, f"owned by <@{ben}>")
    assert "owned by you" not in "\n".join(home.texts)
    home.click("Clear search")
    lacks(slack, home, f"<@{ben}>")


def test_who_has_no_part_reads_what_they_can_do_beside_the_board(slack, shop):
    proposed(slack, "Pay by bank transfer")
    home = home_of(slack, "dana", "*PAY-1* · Pay by bank transfer")
    texts = "\n".join(home.texts)
    assert "Everybody can read this board and propose an epic" in texts
    assert "Nothing is waiting for you." in texts


def test_a_closed_portfolio_is_nobodys_board_without_a_role(slack, shop):
    proposed(slack, "Pay by bank transfer")
    with shop.database.write() as session:
        session.scalars(select(Portfolio)).one().open_to_all = False
    home = home_of(slack, "dana", "you have none yet")
    assert "Shop" not in "\n".join(home.texts)
    assert "Pay by bank transfer" not in "\n".join(home.texts)


def test_a_stream_without_an_owner_and_a_late_milestone_each_lead_to_where_they_are_mended(
    slack, shop
):
    live_since(shop, 100, slack)
    ana = slack.workspace.user_named("ana").id
    today = slack.clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.value_streams[0].owner_user_id = None
        here = {"workspace_id": portfolio.workspace_id}
        late = Milestone(**here, code="M3", name="Go-live", baseline_on=today - timedelta(days=14))
        session.add(
            Project(
                **here,
                portfolio_id=portfolio.id,
                code="PRJ-204",
                name="Checkout renewal",
                owner_user_id=ana,
                created_at=slack.clock.now(),
                milestones=[late],
            )
        )
    home = home_of(slack, "ana", "M3 Go-live · 14 days after its date")
    person = slack.as_user("ana")
    home.click("Open PRJ-204")
    assert person.form().shows("Go-live")
    person.form().close()
    home.click("Give it an owner")
    assert person.form().title == "A value stream"
    person.form().choose("Owner", "ben")
    assert person.form().submit().closed
    lacks(slack, home, "has no owner yet")


def test_a_refused_click_in_home_is_told_also_when_slack_opens_nothing(slack, shop):
    proposed(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    home_of(slack, "ben", "What waits for you").click("Answer this idea")
    click = [d for d in slack.deliveries if d.payload.get("type") == "block_actions"][-1]
    ben.types("/epic move PAY-1 reviewing", channel="payments")

    def told():
        return [m.text for m in slack.dm("ben").messages if "PAY-1" in m.text]

    for error in ("internal_error", "expired_trigger_id", "ratelimited", None):
        before = len(told())
        if error is None:
            slack.break_next("views.open")
        else:
            slack.fail_next("views.open", error)
        slack.deliver_again(click)
        slack.wait_for(lambda before=before: len(told()) > before)
        assert "Something broke" not in told()[-1], error
    slack.findings.clear()
