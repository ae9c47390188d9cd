"""Changing a portfolio at work: its value streams, board, limits and who sees it."""

from sqlalchemy import select

from models.board.digest import Subscription
from models.epics.belonging import StreamMove
from models.epics.epic import Epic
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, State, ValueStream, WipLimit
from models.portfolio.setup import StreamSetup
from sandbox.choices import by_label, option_shown
from sandbox.elements import options_of
from tests.commands.conftest import card, furnish, proposes
from tests.commands.portfolio.test_setup import note_on, stored


def settings_of(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/portfolio settings", channel="payments")
    return person, person.form(title="Settings")


def streams_of(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/portfolio streams", channel="payments")
    return person, person.form(title="Value streams")


def menu(form, tack, name, choice):
    """Choose from the menu of the stream or state of that name."""
    with tack.database.read() as session:
        stream = session.scalar(select(ValueStream).where(ValueStream.name == name))
        state = session.scalar(select(State).where(State.label == name))
    action = f"stream_menu_{stream.id}" if stream else f"state_menu_{state.id}"
    placed = by_label(form.blocks, action, ("overflow",))
    form._use(placed, {"selected_option": option_shown(options_of(placed.element), choice)})


def test_the_basics_change_and_what_is_another_now_is_told(slack, shop):
    ana, page = settings_of(slack)
    page.click("Change the basics")
    form = ana.form(title="Basics")
    form.fill("Currency", "USD")
    form.fill("Holidays", "25.12.2026")
    form.choose("Who sees it?", "People with a role in it")
    form.submit()
    note_on(
        slack,
        ana,
        "*Saved.* Currency: EUR → USD · Holidays: nothing → 25 Dec 2026 · "
        "Seen by: everyone → people with a role in it",
    )
    said = slack.as_user("dana").types("/epic list", channel="payments").text
    assert said.startswith("No portfolio here is open to you")


def test_an_owner_sets_the_limits_of_their_own_stream_and_of_no_other(slack, shop):
    ben, page = streams_of(slack, "ben")
    menu(page, shop, "Payments", "Limits")
    form = ben.form(title="Limits")
    form.fill("All in flight", "5")
    form.fill("Testing the MVP", "2")
    form.submit()
    note_on(slack, ben, "*Saved.* All in flight: nothing → 5 · Testing the MVP: nothing → 2")
    assert ben.form().shows("0 of 5 in flight")
    cleo, page = streams_of(slack, "cleo")
    menu(page, shop, "Payments", "Limits")
    said = f"Only the owner of Payments or an admin can change limits here. Ask <@{ben.id}>"
    assert cleo.form(title="Tack").shows(said)
    assert [limit.most for limit in stored(shop, WipLimit)] == [5, 2]


def test_a_limit_that_is_no_number_is_not_taken_and_an_empty_one_is_none(slack, shop):
    ana, page = settings_of(slack)
    page.click("Limits")
    form = ana.form(title="Limits")
    form.fill("Analyzing", "4")
    form.submit()
    note_on(slack, ana, "Analyzing: nothing → 4")
    ana.form(title="Settings").click("Limits")
    form = ana.form(title="Limits")
    form.fill("Analyzing", "many")
    assert form.submit().errors == {"Analyzing": "Please enter a whole number."}
    form.fill("Analyzing", "")
    form.submit()
    note_on(slack, ana, "Analyzing: 4 → nothing")
    assert stored(shop, WipLimit) == []


def test_a_stream_changes_and_a_taken_name_or_prefix_is_refused(slack, shop):
    ana, page = streams_of(slack)
    menu(page, shop, "Payments", "Edit")
    form = ana.form(title="A value stream")
    assert form.value("Name") == "Payments"
    form.fill("Name", "onboarding")
    form.fill("Its keys begin with", "ONB")
    assert form.submit().errors == {
        "Name": "There is already a value stream onboarding.",
        "Its keys begin with": "ONB is taken by another value stream.",
    }
    form.fill("Name", "Money")
    form.fill("Its keys begin with", "MON")
    form.choose("Owner", "cleo")
    form.choose("How is it funded?", "Hybrid")
    form.submit()
    cleo, ben = (slack.workspace.user_named(name).id for name in ("cleo", "ben"))
    note_on(
        slack,
        ana,
        f"*Saved.* Name: Payments → Money · Keys begin with: PAY → MON · "
        f"Owner: <@{ben}> → <@{cleo}> · Stage: project-funded → hybrid",
    )


def test_streams_are_listed_page_by_page(slack, tack):
    more = [StreamSetup(name=f"Stream {n:02}", key_prefix=f"S{n}") for n in range(31)]
    furnish(slack, tack, more)
    ana, page = streams_of(slack)
    assert page.shows("*Shop* has 33 value streams.")
    assert page.shows("*Onboarding* · ONB")
    for number in (2, 3):
        assert not page.shows("Stream 30")
        page.click("Next page")
        page = note_on(slack, ana, f"page {number} of 3")
    assert page.shows("*Stream 30*")
    assert "Next page" not in page.buttons


def test_a_state_is_renamed_and_asks_for_what_is_checked(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana, page = settings_of(slack)
    page.click("The board")
    menu(ana.form(title="The board"), shop, "Funnel", "Change")
    form = ana.form(title="A state of the board")
    assert "What happens there?" not in form.labels
    form.fill("Name", "Ideas")
    form.choose("To move on, an epic needs", "An owner", "The hypothesis")
    form.fill("Stale after how many days without an update?", "21")
    form.submit()
    board = note_on(slack, ana, "*Ideas* is saved.")
    assert board.shows("To move on: an owner, the hypothesis")
    slack.wait_for(lambda: "Ideas · since today" in card(slack, "PAY-1").text)
    state = stored(shop, State)[0]
    assert (state.name, state.exit_requires) == ("funnel", ["owner", "hypothesis"])
    assert state.stale_after_days == 21


def test_a_state_is_added_where_it_is_wanted_and_epics_move_there(slack, shop):
    ana, page = settings_of(slack)
    page.click("The board")
    ana.form(title="The board").click("Add a state")
    form = ana.form(title="A state of the board")
    form.fill("Name", "ready")
    form.choose("After which state?", "Analyzing")
    form.choose("Columns", "Two columns")
    assert form.submit().errors == {"Name": "There is already a state ready."}
    form.fill("Name", "Legal check")
    form.submit()
    note_on(slack, ana, "Added *Legal check* to the board.")
    with shop.database.read() as session:
        states = session.scalars(select(Portfolio)).one().states
        told = [(state.name, state.committed, state.phased) for state in states[2:5]]
    assert told == [
        ("analyzing", True, False),
        ("legal-check", True, True),
        ("ready", True, False),
    ]
    proposes(slack, "Pay by bank transfer")
    slack.as_user("ben").types("/epic move PAY-1 legal check", channel="payments")
    slack.wait_for(lambda: "Testing the MVP" in card(slack, "PAY-1").text)


def test_a_state_goes_when_nobody_stands_there_and_history_keeps_it(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    ben.types("/epic move PAY-1 analyzing", channel="payments")
    ana, page = settings_of(slack)
    page.click("The board")
    board = ana.form(title="The board")
    menu(board, shop, "Analyzing", "Drop")
    refused = slack.wait_for(lambda: ana.form(title="Tack"))
    assert refused.shows("There are still epics in Analyzing. Move them on first")
    refused.close()
    ben.types("/epic move PAY-1 ready", channel="payments")
    menu(board, shop, "Analyzing", "Drop")
    note_on(slack, ana, "*Analyzing* was dropped from the board. History keeps its name.")
    menu(board, shop, "Reviewing", "Drop")
    note_on(slack, ana, "*Reviewing* was dropped from the board.")
    names = [state.name for state in stored(shop, State)]
    assert "analyzing" in names
    assert "reviewing" not in names
    said = ben.types("/epic move PAY-1 analyzing", channel="payments").text
    assert said.startswith("There is no state “analyzing”")


def test_another_commitment_point_counts_from_now_on(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ana, page = settings_of(slack)
    page.click("The board")
    board = ana.form(title="The board")
    board.choose("What commits?", "Commits after Analyzing")
    note_on(slack, ana, "From now on, leaving *Analyzing* commits an epic.")
    slack.as_user("ben").types("/epic move PAY-1 analyzing", channel="payments")
    slack.wait_for(lambda: "Analyzing" in card(slack, "PAY-1").text)
    assert stored(shop, Epic)[0].committed_at is None
    slack.as_user("ben").types("/epic move PAY-1 ready", channel="payments")
    slack.wait_for(lambda: stored(shop, Epic)[0].committed_at)


def told_ana(slack, words):
    """What she alone was told in #payments that has the words."""
    ana = slack.as_user("ana")
    return slack.wait_for(
        lambda: next((m.text for m in ana.private_messages("payments") if words in m.text), None)
    )


def merges(slack, shop, who="ana"):
    ana, page = streams_of(slack, who)
    menu(page, shop, "Payments", "Merge into another")
    form = ana.form(title="Merge a value stream")
    form.choose("Into which value stream?", "Onboarding (ONB)")
    form.submit()
    return ana, ana.form(title="Check before merging")


def test_a_stream_is_merged_after_a_look_at_what_goes_along(slack, shop):
    proposes(slack, "Pay by bank transfer")
    proposes(slack, "Gift cards")
    card(slack, "PAY-2")
    slack.as_user("ben").types("/epic stop PAY-2 too dear", channel="payments")
    slack.wait_for(lambda: "topped" in card(slack, "PAY-2").text)
    with shop.database.write() as session:
        payments = session.scalars(select(ValueStream).where(ValueStream.name == "Payments")).one()
        cleo = slack.workspace.user_named("cleo").id
        for stream, most in ((payments.id, 5), (payments.id + 1, 3)):
            session.add(WipLimit(workspace_id=1, portfolio_id=1, value_stream_id=stream, most=most))
        session.add(
            RoleGrant(workspace_id=1, role=Role.COUNCIL, value_stream_id=payments.id, user_id=cleo)
        )
    slack.as_user("ben").types("/flow digest subscribe", channel="payments")
    form = slack.as_user("ben").form()
    form.submit()
    slack.wait_for(lambda: stored(shop, Subscription))
    ana, check = merges(slack, shop)
    assert check.shows("1 open epic, each with its key")
    assert check.shows("Limit of everything in flight: 5 and 3 become 8")
    assert check.shows(f"council (<@{cleo}>)")
    assert stored(shop, StreamMove) == []
    check.submit()
    said = told_ana(slack, "was merged into")
    assert said.startswith("Payments was merged into Onboarding: 1 open epic moved with their keys")
    assert f"Roles on Payments ended with it: council (<@{cleo}>)" in said
    assert not ana.has_form()
    told = slack.wait_for(
        lambda: [m for m in slack.channel("payments").messages if "is now part of" in m.text]
    )
    assert told[0].text.startswith("Payments is now part of Onboarding.")
    source, target = sorted(stored(shop, ValueStream), key=lambda stream: stream.id)
    assert (source.merged_into_id, source.ended_at is not None) == (target.id, True)
    assert [(e.key, e.value_stream_id) for e in stored(shop, Epic)] == [
        ("PAY-1", target.id),
        ("PAY-2", source.id),
    ]
    assert stored(shop, Subscription)[0].value_stream_id == target.id
    limits = [(limit.value_stream_id, limit.most) for limit in stored(shop, WipLimit)]
    assert limits == [(target.id, 8)]
    slack.wait_for(lambda: "Onboarding" in str(card(slack, "PAY-1").blocks))
    kinds = [m.kind for m in stored(shop, Message) if m.kind is MessageKind.MERGED]
    assert kinds == [MessageKind.MERGED]


def test_a_merge_of_a_stream_changed_meanwhile_is_looked_at_once_more(slack, shop):
    _, check = merges(slack, shop)
    with shop.database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.name == "Payments")).one()
        stream.version += 1
    assert not check.submit().closed
    assert check.shows("*Something changed while you were looking.*")
    check.submit()
    said = told_ana(slack, "was merged into")
    assert said.startswith("Payments was merged into Onboarding: no open epics moved")


def test_a_stream_is_split_with_the_epics_that_were_chosen(slack, shop):
    for title in ("Pay by bank transfer", "Gift cards", "Refunds in a day"):
        proposes(slack, title)
    ana, page = streams_of(slack)
    menu(page, shop, "Payments", "Split")
    form = ana.form(title="Split a value stream")
    assert form.options("Which epics go there?")[1] == "PAY-2 Gift cards"
    form.fill("Name", "Refunds")
    form.fill("Its keys begin with", "PAY")
    form.choose("Owner", "cleo")
    form.choose("Which epics go there?", "PAY-2 Gift cards", "PAY-3 Refunds in a day")
    assert form.submit().errors == {"Its keys begin with": "PAY is taken by another value stream."}
    form.fill("Its keys begin with", "")
    form.submit()
    check = ana.form(title="Check before splitting")
    assert check.shows("*Refunds* (REF) is created")
    assert check.shows("2 open epics of *Payments* move there")
    assert len(stored(shop, ValueStream)) == 2
    check.submit()
    said = told_ana(slack, "is now a value stream")
    assert said.startswith("Refunds (REF) is now a value stream, with 2 open epics of Payments.")
    with shop.database.read() as session:
        told = session.execute(
            select(Epic.key, ValueStream.name)
            .join(ValueStream, ValueStream.id == Epic.value_stream_id)
            .order_by(Epic.id)
        ).all()
    assert told == [("PAY-1", "Payments"), ("PAY-2", "Refunds"), ("PAY-3", "Refunds")]


def test_another_portfolio_is_chosen_from_the_menu(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/portfolio setup", channel="payments")
    ana.form().click("Set up another portfolio")
    form = ana.form(title="Set up a portfolio")
    form.fill("What is the portfolio called?", "Bank")
    form.fill("Currency", "CHF")
    form.submit()
    ana.form(title="Set up the portfolio").close()
    assert not ana.has_form()
    ana, page = settings_of(slack)
    assert page.shows("*Shop*")
    page.choose("Portfolio", "Bank")
    assert note_on(slack, ana, f"*Bank* · <@{ana.id}> began this").title == "Set up the portfolio"
