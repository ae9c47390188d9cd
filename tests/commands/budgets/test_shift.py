"""A shift from `/budget shift` to its result, in the channel and in direct messages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.budgets.shift import Outcome, Shift
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, ValueStream
from tests.commands.test_heard import press

REASON = "A second test environment"


@pytest.fixture
def year(slack, shop):
    """Cleo owns Onboarding, Ben Payments; Dana is finance; both streams are funded for 2026."""
    slack.add_channel("shop", members=["ana", "ben", "cleo", "dana"])
    ids = {name: slack.workspace.user_named(name).id for name in ("cleo", "dana")}
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        portfolio.channel_id = slack.channel("shop").id
        onboarding = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "ONB"))
        onboarding.one().owner_user_id = ids["cleo"]
        session.add(
            RoleGrant(
                workspace_id=portfolio.workspace_id,
                portfolio_id=portfolio.id,
                user_id=ids["dana"],
                role=Role.FINANCE,
            )
        )
    for stream, amount in (("Onboarding", "1.6m"), ("Payments", "900k")):
        funds(slack, stream, amount)
    return shop


def funds(slack, stream, amount, who="dana"):
    person = slack.as_user(who)
    person.types("/budget fund", channel="payments")
    form = person.form(title="Fund a value stream")
    form.choose("Which value stream?", stream)
    form.fill("How much, EUR?", amount)
    form.fill("Why?", "The board's budget")
    assert form.submit().closed


def asks(slack, amount, who="ben", source="Onboarding", to="Payments"):
    """The form, filled in and sent."""
    person = slack.as_user(who)
    person.types("/budget shift", channel="payments")
    form = person.form(title="Shift money")
    chosen = {o.split(" · ")[0]: o for o in form.options("From which value stream?")}
    form.choose("From which value stream?", chosen[source])
    form.choose("To which?", chosen[to])
    form.fill("How much, EUR?", amount)
    form.fill("Why?", REASON)
    return form, form.submit()


def looks(slack, amount, who="ben", **ends):
    """What it would do."""
    asks(slack, amount, who, **ends)
    return slack.as_user(who).form(title="Check before asking")


def request(slack, words="Budget shift · "):
    found = [m for m in slack.channel("shop").messages if m.text.startswith(words)]
    return found[-1] if found else None


def outcome(year):
    with year.database.read() as session:
        return session.scalars(select(Shift.outcome)).all()


def said(place):
    return "\n".join(place.texts)


def mention(slack, name):
    return f"<@{slack.workspace.user_named(name).id}>"


def test_from_the_form_to_the_result_in_channel_and_direct_messages(slack, year):
    shown = looks(slack, "80k")
    told = said(shown)
    assert "*€80,000 from Onboarding to Payments*, for 2026 only" in told
    assert "You typed “80k”: €80,000. Reason: A second test environment" in told
    assert "Onboarding  €1,600,000 → *€1,520,000*" in told
    assert "Payments  €900,000 → *€980,000*" in told
    assert "Size: €80,000 is 5.0 % of Onboarding's €1,600,000." in told
    assert "Moved out of Onboarding this year: €80,000, 5.0 % of at most 10 %" in told
    assert "You ask for Payments, so its approval is given." in told
    assert shown.view["submit"]["text"] == "Ask Cleo and Dana"
    assert outcome(year) == []
    assert shown.submit().closed
    posted = slack.wait_for(lambda: request(slack))
    assert "asks, for 2026 only" in posted.text
    for name in ("cleo", "dana"):
        slack.wait_for(lambda name=name: slack.dm(name).messages)
        assert slack.dm(name).messages[-1].text == posted.text
    slack.as_user("cleo").click("Approve €80,000", in_message=posted)
    slack.wait_for(lambda: "approved" in str(request(slack).blocks))
    slack.as_user("dana").click("Approve €80,000", in_message=slack.dm("dana").messages[-1])
    done = "Done · €80,000 from Onboarding to Payments"
    slack.wait_for(lambda: request(slack, done))
    for name in ("cleo", "dana"):
        slack.wait_for(lambda name=name: slack.dm(name).messages[-1].text.startswith(done))
    slack.wait_for(lambda: slack.dm("ben").messages[-1:] and slack.dm("ben").messages[-1].ts)
    result = request(slack, done)
    assert "Payments has €980,000 available." in result.text
    assert "Ledger entry 2026-0004" in str(result.blocks)
    for place in (result, slack.dm("cleo").messages[-1], slack.dm("dana").messages[-1]):
        assert "approve_shift" not in str(place.blocks)
    assert outcome(year) == [Outcome.MOVED]


def test_within_the_free_band_it_moves_at_once_and_the_others_are_told(slack, year):
    shown = looks(slack, "30,000", "cleo")
    assert shown.view["submit"]["text"] == "Move €30,000"
    assert shown.shows("*Nobody needs to approve this*: Onboarding is yours, and €30,000 is 1.9 %")
    assert shown.submit().closed
    for name in ("ben", "dana"):
        slack.wait_for(lambda name=name: slack.dm(name).messages)
        assert slack.dm(name).messages[-1].text.startswith("Done · €30,000 from Onboarding")
    assert request(slack) is None


def test_what_was_typed_stands_in_the_form_and_from_and_to_alike_is_said_at_the_field(slack, year):
    ben = slack.as_user("ben")
    ben.types("/budget shift 80k a second test environment", channel="payments")
    typed = ben.form(title="Shift money")
    assert typed.value("How much, EUR?") == "80k"
    assert typed.value("Why?") == "a second test environment"
    onboarding = next(o for o in typed.options("To which?") if o.startswith("Onboarding"))
    typed.choose("To which?", onboarding)
    typed.choose("From which value stream?", typed.options("From which value stream?")[0])
    typed.submit()
    shown = ben.form(title="Check before asking")
    assert shown.shows("You typed “80k”: €80,000. Reason: a second test environment")
    shown.close()
    ben.form(title="Shift money").close()
    _, result = asks(slack, "80k", to="Onboarding")
    assert result.errors == {"To which?": "That is the stream it comes from. Choose another one."}


def test_the_streams_of_who_asks_come_first(slack, year):
    for name, first in (("cleo", "Onboarding"), ("ben", "Payments")):
        person = slack.as_user(name)
        person.types("/budget shift", channel="payments")
        form = person.form(title="Shift money")
        for label in ("From which value stream?", "To which?"):
            assert form.options(label)[0].startswith(f"{first} · ")
        form.close()


def test_back_from_the_look_everything_typed_is_still_there(slack, year):
    looks(slack, "80k").close()
    form = slack.as_user("ben").form(title="Shift money")
    assert form.value("How much, EUR?") == "80k"
    assert form.value("Why?") == REASON


def test_what_changed_while_one_looked_is_shown_anew_and_nothing_happened(slack, year):
    shown = looks(slack, "80k")
    funds(slack, "Onboarding", "400k")
    assert not shown.submit().closed
    assert shown.shows("*Something changed while you were looking.* Nothing has happened yet.")
    assert shown.shows("Size: €80,000 is 4.0 % of Onboarding's €2,000,000.")
    assert outcome(year) == []
    assert shown.submit().closed
    slack.wait_for(lambda: request(slack))
    assert outcome(year) == [None]


def asked(slack, year, amount="80k"):
    assert looks(slack, amount).submit().closed
    return slack.wait_for(lambda: request(slack))


def test_a_decline_asks_why_and_the_reason_stands_in_the_result(slack, year):
    posted = asked(slack, year)
    slack.as_user("cleo").click("Decline with a reason", in_message=posted)
    form = slack.as_user("cleo").form(title="Decline the shift")
    assert form.submit().errors == {"Why not?": "Please complete this required field."}
    form.fill("Why not?", "Needed for the <autumn> release")
    assert form.submit().closed
    done = slack.wait_for(lambda: request(slack, "Declined · €80,000"))
    assert f"{mention(slack, 'cleo')} declined" in done.text
    assert "Needed for the &lt;autumn&gt; release" in done.text
    slack.wait_for(lambda: slack.dm("ben").messages)
    assert slack.dm("ben").messages[-1].text == done.text
    assert "€80,000 is available in Onboarding again." in done.text


def test_who_asked_takes_it_back_and_approves_nothing_of_their_own(slack, year):
    posted = asked(slack, year)
    ben = slack.as_user("ben")
    ben.click("Approve €80,000", in_message=posted)
    assert ben.last_private().text.startswith(
        "You asked for this one, so someone else has to approve it. Ask "
    )
    ben.click("Take the request back", in_message=posted)
    slack.wait_for(lambda: request(slack, "Taken back · €80,000"))
    assert outcome(year) == [Outcome.TAKEN_BACK]


def test_a_question_stands_in_the_thread_until_someone_answers_it(slack, year):
    posted = asked(slack, year, "80k")
    cleo = slack.as_user("cleo")
    cleo.click("Ask a question", in_message=posted)
    form = cleo.form(title="Ask a question")
    form.fill("What do you want to know?", "Why not in autumn?")
    assert form.submit().closed
    put = slack.wait_for(lambda: asked_in(slack, posted))
    assert "Why not in autumn?" in put.text
    slack.wait_for(lambda: "1 question in the thread waits" in str(request(slack).blocks))
    ben = slack.as_user("ben")
    told = slack.wait_for(lambda: [m for m in slack.dm("ben").messages if "autumn?" in m.text])[-1]
    ben.click("Answer", in_message=told)
    form = ben.form(title="Answer")
    form.fill("Your answer", "The contract ends in June")
    assert form.submit().closed
    slack.wait_for(lambda: "The contract ends in June" in asked_in(slack, posted).text)
    assert "answer_shift_question" not in str(asked_in(slack, posted).blocks)
    slack.wait_for(lambda: "in the thread" not in str(request(slack).blocks))


def asked_in(slack, posted):
    found = [m for m in slack.channel("shop").messages if m.thread_ts == posted.ts]
    return next((m for m in found if "Question" in m.text), None)


def test_above_ten_per_cent_the_council_votes_on_a_ballot_with_the_shift_as_its_case(slack, year):
    slack.add_user("fay")
    fay = slack.workspace.user_named("fay").id
    slack.channel("payments").members.add(fay)
    with year.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        session.add(RoleGrant(user_id=fay, role=Role.COUNCIL, **here))
    posted = asked(slack, year, "170k")
    for name in ("cleo", "dana"):
        slack.as_user(name).click("Approve €170,000", in_message=posted)
    ballot = slack.wait_for(lambda: slack.dm("fay").messages)[-1]
    assert ballot.text.startswith("Shift 1 · Move €170,000 from Onboarding to Payments?")
    over = "over the 10 % allowed without the council"
    assert f"Size: 10.7 % of €1,600,000, {over}" in str(ballot.blocks)
    assert "*No*, or no majority, ends the request" in str(ballot.blocks)
    slack.as_user("fay").click("Yes", in_message=ballot)
    slack.clock.advance(timedelta(minutes=11))
    done = slack.wait_for(lambda: request(slack, "Done · €170,000"))
    assert "the council" in done.text
    slack.wait_for(lambda: "Decided: Yes" in slack.dm("fay").messages[-1].text)
    assert "Done with it: the money has moved." in str(slack.dm("fay").messages[-1].blocks)
    shown = slack.as_user("fay")
    shown.types("/decision show D-1", channel="payments")
    assert shown.form().shows("Size: 10.7 % of €1,600,000")


def test_what_moved_silently_is_undone_with_finances_yes(slack, year):
    assert looks(slack, "30k", "cleo").submit().closed
    for name in ("ben", "dana"):
        slack.wait_for(lambda name=name: slack.dm(name).messages)
    slack.as_user("ben").click("Ask to undo", in_message=slack.dm("ben").messages[-1])
    form = slack.as_user("ben").form(title="Undo a shift")
    assert form.value("How much, EUR?") == "30,000"
    form.fill("How much, EUR?", "40k")
    form.fill("Why?", "We need no interviewers")
    assert form.submit().errors == {"How much, EUR?": "At most €30,000 can go back now."}
    form.fill("How much, EUR?", "10k")
    form.submit()
    shown = slack.as_user("ben").form(title="Check before asking")
    assert shown.shows("*€10,000 from Payments to Onboarding*")
    assert shown.shows("*Nobody needs to approve this*")
    shown.close()
    dana = slack.as_user("dana")
    dana.click("Ask to undo", in_message=slack.dm("dana").messages[-1])
    form = dana.form(title="Undo a shift")
    form.fill("Why?", "We need no interviewers")
    form.submit()
    shown = dana.form(title="Check before asking")
    assert shown.view["submit"]["text"] == "Ask Ben"
    assert shown.submit().closed
    back = slack.wait_for(lambda: request(slack))
    assert "to undo what moved" in back.text
    slack.as_user("ben").click("Approve €30,000", in_message=back)
    slack.wait_for(lambda: request(slack, "Done · €30,000 from Payments to Onboarding"))
    assert outcome(year) == [Outcome.MOVED, Outcome.MOVED]


def test_the_history_says_each_entry_and_the_rules_their_limits(slack, year):
    assert looks(slack, "30k", "cleo").submit().closed
    asked(slack, year)
    ben = slack.as_user("ben")
    ben.types("/budget history onboarding", channel="payments")
    page = ben.form(title="Budget history")
    told = said(page)
    assert "*€80,000* set aside for a request from Onboarding to Payments\n2026-0004" in told
    assert "*€30,000* moved from Onboarding to Payments, without approval\n2026-0003" in told
    assert "*€1,600,000* given to Onboarding\n2026-0001" in told
    assert "2026-0002" not in told
    refused = ben.types("/budget history onbording", channel="payments").text
    assert "“onbording”. Did you mean Onboarding?" in refused
    refused = ben.types("/budget history nowhere", channel="payments").text
    assert refused.endswith("has no value stream “nowhere”. /budget show lists them.")
    ben.types("/budget rules", channel="payments")
    assert ben.form(title="Budget rules").shows("Up to *10 %* at once, and *10 %* moved out")


def test_by_the_clock_it_lapses_in_its_place_and_a_press_a_year_later_is_answered(slack, year):
    posted = asked(slack, year)
    approve = next(b for b in posted.blocks if b["type"] == "actions")["elements"][0]
    slack.clock.advance(timedelta(days=8))
    lapsed = slack.wait_for(lambda: request(slack, "Lapsed · €80,000"))
    assert "€80,000 is available in Onboarding again." in lapsed.text
    slack.wait_for(lambda: slack.dm("ben").messages[-1:] and slack.dm("ben").messages[-1].ts)
    slack.as_user("ben").click("Ask again", in_message=lapsed)
    form = slack.as_user("ben").form(title="Shift money")
    assert (form.value("How much, EUR?"), form.value("Why?")) == ("80,000", REASON)
    slack.clock.advance(timedelta(days=365))
    press(slack, approve["value"], "cleo")
    told = slack.as_user("cleo").last_private().text
    assert told == "This request has already ended: it lapsed."
    assert outcome(year) == [Outcome.LAPSED]


def test_the_budget_says_what_each_stream_has_and_its_requests_open(slack, year):
    asked(slack, year)
    cleo = slack.as_user("cleo")
    cleo.types("/budget show", channel="payments")
    page = cleo.form(title="Budget")
    assert page.shows("*€1,520,000 available*\nof €1,600,000 allocated: €0 spent, €0 committed")
    page.click("Review the shift")
    shown = cleo.form(title="Budget shift")
    shown.click("Approve €80,000")
    slack.wait_for(lambda: "approved" in said(shown))
    slack.wait_for(lambda: "approved" in str(request(slack).blocks))


def test_less_money_in_mid_year_is_typed_with_a_minus_and_its_reason(slack, year):
    dana = slack.as_user("dana")
    dana.types("/budget fund", channel="payments")
    form = dana.form(title="Fund a value stream")
    form.choose("Which value stream?", "Payments")
    form.fill("How much, EUR?", "-100k")
    assert list(form.submit().errors) == ["Why?"]
    form.fill("Why?", "The board cut it")
    assert form.submit().closed
    dana.types("/budget history", channel="payments")
    told = said(dana.form(title="Budget history"))
    assert "*€100,000* taken back from Payments" in told
    assert "The board cut it" in told


def test_without_money_the_budget_says_who_can_give_it(slack, shop):
    ben = slack.as_user("ben")
    ben.types("/budget show", channel="payments")
    page = ben.form(title="Budget")
    assert page.shows("No value stream has money for")
    assert page.buttons == []
    told = ben.types("/budget fund", channel="payments").text
    assert told.startswith("Only finance or an admin can fund a value stream.")
    told = ben.types("/budget shift", channel="payments").text
    assert told.startswith("No value stream has money for")
    told = ben.types("/budget shfit 80k", channel="payments").text
    assert "Did you mean /budget shift?" in told
