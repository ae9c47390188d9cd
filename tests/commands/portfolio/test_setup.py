"""Setting a portfolio up, step by step, until it goes live."""

from sqlalchemy import select

from bot.workflows.epics.proposing import propose
from models.board.digest import Subscription
from models.epics.proposal import Proposal
from models.message import Message, MessageKind
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream, WipLimit
from tests.commands.conftest import card, proposes


def begins(slack, who="ana", name="Shop"):
    """The first form filled in; gives the person, who has the list of steps in front."""
    person = slack.as_user(who)
    person.types("/portfolio setup", channel="payments")
    form = person.form(title="Set up a portfolio")
    form.fill("What is the portfolio called?", name)
    form.fill("Currency", "eur")
    form.choose("Time zone", "Europe/Berlin")
    form.submit()
    return person


def steps(person):
    return person.form(title="Set up the portfolio")


def adds_stream(slack, person, name, **more):
    """From the list of streams, which is in front again afterwards."""
    person.form(title="Value streams").click("Add a value stream")
    form = person.form(title="A value stream")
    form.fill("Name", name)
    for label, value in more.items():
        if label == "Its_keys":
            form.fill("Its keys begin with", value)
        else:
            form.choose(label, value)
    done = form.submit()
    slack.wait_for(lambda: person.form().title == "Value streams")
    return done


def note_on(slack, person, words):
    return slack.wait_for(lambda: person.form().shows(words) and person.form())


def stored(tack, table=Portfolio):
    with tack.database.read() as session:
        return session.scalars(select(table).order_by(table.id)).all()


def test_an_admin_sets_it_up_step_by_step_and_it_goes_live(slack, tack):
    slack.add_channel("portfolio", members=["ana", "ben"])
    ana = slack.as_user("ana")
    ana.types("/portfolio setup", channel="payments")
    form = ana.form(title="Set up a portfolio")
    form.fill("What is the portfolio called?", "Shop")
    form.fill("Currency", "eur")
    form.choose("Time zone", "Europe/Berlin")
    form.choose("The fiscal year begins in", "April")
    form.choose("Working days", "Monday", "Tuesday", "Wednesday", "Thursday")
    form.fill("Holidays", "2026-12-25\n26.12.2026")
    form.choose("Its channel", "portfolio")
    form.submit()
    listed = steps(ana)
    assert listed.shows("fiscal year from April · Mon–Thu · 2 holidays · <#")
    assert listed.shows("*2 · Value streams* · open")
    listed.click("Value streams")
    adds_stream(slack, ana, "Payments", Owner="ben", Channel="payments")
    note_on(slack, ana, "Added *Payments* (PAY), owned by")
    adds_stream(slack, ana, "Onboarding", Its_keys="ONB")
    note_on(slack, ana, "Added *Onboarding* (ONB), owned by")
    ana.form().close()
    assert note_on(slack, ana, "Onboarding (ONB), Payments (PAY)").title == "Set up the portfolio"
    steps(ana).click("Name people")
    form = ana.form(title="Council and finance")
    form.choose("Council", "ben", "cleo")
    form.choose("Finance", "dana")
    form.choose("Stand-ins for finance", "ana")
    form.submit()
    note_on(slack, ana, "2 on the council · 1 in finance, 1 stand-in")
    steps(ana).click("Say how long")
    form = ana.form(title="Before Tack")
    form.fill("How many working days does a steering decision take today?", "31")
    form.submit()
    note_on(slack, ana, "a steering decision took 31 working days")
    assert slack.channel("portfolio").messages == []
    steps(ana).click("Go live")
    told = slack.wait_for(lambda: slack.channel("portfolio").messages)[0]
    assert told.text.startswith("Shop is live in Tack. It starts empty.")
    owner = slack.wait_for(lambda: slack.dm("ben").messages)[0]
    assert owner.text.startswith("Shop is live, and you own Payments.")
    assert slack.wait_for(lambda: slack.dm("ana").messages)[0].text.startswith("Shop is live")
    note_on(slack, ana, "*Shop is live.*").click("Bring it every Monday")
    everyone = slack.channel("portfolio").id
    said = f"The digest of Shop comes to <#{everyone}> every Monday at 9:00 (Europe/Berlin)"
    note_on(slack, ana, said).close()
    note_on(slack, ana, "*Shop is live.*").close()
    assert ana.form(title="Settings").shows("*Shop* · live since")
    assert [each.channel_id for each in stored(tack, Subscription)] == [everyone]
    [shop] = stored(tack)
    assert shop.live_at is not None
    assert shop.fiscal_year_starts_in == 4
    assert shop.holidays == ["2026-12-25", "2026-12-26"]
    assert (shop.working_days, shop.decision_days_before) == ("1111000", 31)
    roles = [(grant.role, grant.stand_in) for grant in stored(tack, RoleGrant)[1:]]
    assert roles == [
        (Role.COUNCIL, False),
        (Role.COUNCIL, False),
        (Role.FINANCE, False),
        (Role.FINANCE, True),
    ]
    assert {grant.portfolio_id for grant in stored(tack, RoleGrant)[1:]} == {shop.id}
    assert proposes(slack, "Pay by bank transfer").closed
    assert card(slack, "PAY-1")


def test_closed_and_typed_again_it_continues_also_for_another_admin(slack, tack):
    slack.as_user("ana")
    ana = begins(slack)
    steps(ana).close()
    with tack.database.write() as session:
        ben = slack.workspace.user_named("ben").id
        session.add(RoleGrant(workspace_id=1, user_id=ben, role=Role.ADMIN, granted_by=ana.id))
    person = slack.as_user("ben")
    person.types("/portfolio setup", channel="payments")
    assert steps(person).shows(f"<@{ana.id}> began this")
    assert len(stored(tack)) == 1


def test_two_admins_at_once_lose_nothing_and_the_second_hears_what_changed(slack, tack):
    ana = begins(slack)
    with tack.database.write() as session:
        ben = slack.workspace.user_named("ben").id
        session.add(RoleGrant(workspace_id=1, user_id=ben, role=Role.ADMIN, granted_by=ana.id))
    ben = slack.as_user("ben")
    ben.types("/portfolio setup", channel="payments")
    for person in (ana, ben):
        steps(person).click("Change the basics")
    first, second = ana.form(title="Basics"), ben.form(title="Basics")
    first.fill("Currency", "CHF")
    first.submit()
    note_on(slack, ana, "*Saved.* Currency: EUR → CHF")
    second.fill("Currency", "USD")
    second.fill("What is the portfolio called?", "Store")
    assert not second.submit().closed
    assert second.shows(f"*<@{ana.id}> changed this while it was open.* Currency It is now “CHF”.")
    assert second.value("What is the portfolio called?") == "Store"
    second.submit()
    note_on(slack, ben, "*Saved.* Name: Shop → Store · Currency: CHF → USD")
    assert [(p.name, p.currency) for p in stored(tack)] == [("Store", "USD")]


def test_a_second_portfolio_of_the_same_name_is_refused_at_its_field(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/portfolio setup", channel="payments")
    assert ana.form(title="Settings").shows("*Shop* · live since")
    ana.form().click("Set up another portfolio")
    form = ana.form(title="Set up a portfolio")
    form.fill("What is the portfolio called?", "Shop")
    form.fill("Currency", "EUR")
    form.choose("Time zone", "Europe/Berlin")
    errors = form.submit().errors
    said = "Shop is set up already. Choose another name."
    assert errors == {"What is the portfolio called?": said}
    form.fill("What is the portfolio called?", "Bank")
    form.submit()
    assert steps(ana).shows("*Bank*")
    steps(ana).close()
    ana.types("/portfolio setup", channel="payments")
    assert steps(ana).shows("*Bank*")


def test_a_channel_without_tack_is_named_and_one_that_is_archived_refused(slack, tack):
    slack.add_channel("old", members=["ana"])
    slack.archive_channel("old")
    slack.workspace.channel_named("old").archived = False
    ana = begins(slack)
    slack.workspace.channel_named("old").archived = True
    steps(ana).click("Value streams")
    ana.form(title="Value streams").click("Add a value stream")
    form = ana.form(title="A value stream")
    form.fill("Name", "Payments")
    form.choose("Channel", "old")
    assert form.submit().errors == {
        "Channel": "That channel is archived. Restore it in Slack, or choose another one."
    }
    slack.add_channel("secret", members=["ana"], private=True, bot_is_member=False)
    form.choose("Channel", "secret")
    said = form.submit().errors["Channel"]
    assert said.startswith("Tack cannot find that channel: it was deleted, or is private without")
    form.choose("Channel", "lobby")
    form.submit()
    note_on(slack, ana, f"Invite <@{slack.bot_user_id}> to <#{slack.channel('lobby').id}>")
    assert [stream.name for stream in stored(tack, ValueStream)] == ["Payments"]
    slack.findings.clear()


def test_a_preset_exchanges_the_board_until_epics_stand_on_it(slack, tack):
    ana = begins(slack)
    steps(ana).click("The board")
    board = ana.form(title="The board")
    board.choose("Begin with a preset", "Lean, three states")
    note_on(slack, ana, "The board now follows “Lean, three states”: Ideas → Doing → Done.")
    with tack.database.read() as session:
        shop = session.scalars(select(Portfolio)).one()
        names = [(state.name, state.committed) for state in shop.states]
    assert names == [
        ("funnel", False),
        ("implementing", True),
        ("done", False),
        ("stopped", False),
    ]


def test_limits_nobody_set_become_what_is_in_flight_when_it_goes_live(slack, tack):
    ana = begins(slack)
    steps(ana).click("Value streams")
    for name in ("Payments", "Onboarding"):
        adds_stream(slack, ana, name)
        note_on(slack, ana, f"*{name}*")
    with tack.database.write() as session:
        streams = session.scalars(select(ValueStream)).all()
        payments = next(stream for stream in streams if stream.name == "Payments")
        for number in range(2):
            proposal = Proposal(
                title=f"Idea {number}", value_stream_id=payments.id, hypothesis="It helps."
            )
            now = slack.clock.now()
            epic = propose(session, 1, ana.id, proposal, f"r{number}", now)
            session.add(epic.move(payments.portfolio.state("analyzing"), ana.id, None, now))
    assert stored(tack, Message) == []
    ana.form().close()
    steps(ana).click("Go live")
    slack.wait_for(lambda: stored(tack)[0].live_at)
    limits = [(x.value_stream_id, x.state_id, x.most) for x in stored(tack, WipLimit)]
    assert limits == [(payments.id, None, 2)]


def test_going_live_where_tack_is_no_member_tells_an_admin_who_mends_it(slack, tack):
    ana = slack.as_user("ana")
    ana.types("/portfolio setup", channel="payments")
    form = ana.form()
    form.fill("What is the portfolio called?", "Shop")
    form.fill("Currency", "EUR")
    form.choose("Its channel", "lobby")
    form.submit()
    steps(ana).click("Value streams")
    adds_stream(slack, ana, "Payments", Owner="ben")
    note_on(slack, ana, "*Payments*")
    ana.form().close()
    steps(ana).click("Go live")
    refused = slack.wait_for(
        lambda: [m for m in slack.dm("ana").messages if "that the portfolio is live" in m.text]
    )[0]
    slack.channel("lobby").members.add(slack.bot_user_id)
    ana.click("Try again", in_message=refused)
    slack.wait_for(lambda: slack.channel("lobby").messages)
    kinds = {message.kind for message in stored(tack, Message)}
    assert kinds == {MessageKind.LIVE, MessageKind.LIVE_FOR_OWNER, MessageKind.REFUSAL}
    slack.findings.clear()


def test_who_has_it_go_live_hears_to_which_channels_of_streams_tack_is_to_be_invited(slack, tack):
    ana = begins(slack)
    steps(ana).click("Value streams")
    adds_stream(slack, ana, "Payments", Channel="payments")
    adds_stream(slack, ana, "Onboarding", Channel="lobby")
    note_on(slack, ana, "*Onboarding*")
    ana.form().close()
    steps(ana).click("Go live")
    lobby, tack_itself = slack.channel("lobby").id, slack.bot_user_id
    note_on(slack, ana, f"invite <@{tack_itself}> to <#{lobby}>, or it cannot post there.")
