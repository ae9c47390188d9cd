"""A vote from the press that opens it to what the card says when it is over."""

from datetime import timedelta

from sqlalchemy import select

from models.decisions.register.past import PastDecision
from models.portfolio.portfolio import Portfolio
from tests.commands.conftest import MONDAY_NOON, card
from tests.commands.decisions.conftest import (
    CLOSES_AT,
    ballot,
    dm,
    lapses,
    opens,
    presses,
)

TEN_MINUTES = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def test_from_the_card_to_the_result_on_the_card(slack, mvp):
    """Given PAY-1 tests its MVP, when Ana asks and the council votes, then it goes on."""
    ana = slack.as_user("ana")
    ana.chooses_overflow("Open a decision", in_message=card(slack, "PAY-1"))
    form = ana.form(title="Open a decision")
    assert form.value("Until which day?") == "2026-05-25"
    form.choose("What do you recommend?", "Persevere")
    form.fill("Why?", "64 % after six weeks")
    assert form.submit().closed
    shown = ballot(slack)
    assert shown.text.startswith("PAY-1 · Persevere, pivot or stop?\nPay by bank transfer")
    assert shown.shows("recommends persevere: 64 % after six weeks.")
    assert shown.shows("Nobody has voted yet.")
    slack.wait_for(
        lambda: "persevere, pivot or stop. 0 of 3 have voted" in card(slack, "PAY-1").text
    )

    said = presses(slack, "ben", "Persevere")
    assert said.startswith("Your vote on PAY-1: Persevere. You can change it until it closes,")
    assert presses(slack, "cleo", "Stop", dm(slack, "cleo")).startswith("Your vote on PAY-1: Stop.")
    slack.wait_for(lambda: shown.shows("Voted (2):"))
    assert dm(slack, "ana").shows("Nobody has voted yet.")
    presses(slack, "ana", "Persevere")
    slack.wait_for(lambda: shown.shows("Voted (3):"))
    slack.wait_for(lambda: dm(slack, "ana").shows("Voted (3):"))
    slack.clock.advance(TEN_MINUTES + SECOND)
    slack.wait_for(lambda: shown.text.startswith("PAY-1 · Decided: persevere"))
    assert shown.shows("*2 persevere*, 1 stop, 0 pivot")
    assert shown.shows("Done with it: moved to Delivering.")
    for who in ("ana", "ben", "cleo"):
        slack.wait_for(lambda who=who: "Decided: " in dm(slack, who).text)
        assert dm(slack, who).buttons == ["Read the decision", "Case as voted"]
    assert shown.buttons == ["Read the decision", "Case as voted"]
    slack.wait_for(lambda: card(slack, "PAY-1").shows("*Delivering*"))
    assert card(slack, "PAY-1").shows("Decided: persevere, 2 to 1")


def test_nobody_but_the_voter_is_told_a_choice_before_the_close_also_who_opens_it_again(slack, mvp):
    shown = opens(slack)
    presses(slack, "ben", "Pivot")
    slack.wait_for(lambda: shown.shows("Voted (1):"))
    dana, ana = slack.as_user("dana"), slack.as_user("ana")
    dana.types("/decision show D-1", channel="payments")
    page = dana.form(title="Decision D-1")
    assert page.shows("has voted")
    place = f"{slack.channel('portfolio').id}/p{shown.ts.replace('.', '')}"
    assert f"The ballot: <https://sandbox.slack.com/archives/{place}>" in str(page.blocks)
    assert not page.shows("*Pivot*, ")
    assert not any("pivot" in m.text.lower() for m in ana.private_messages())
    page.close()
    ana.types("/decision open pay-1", channel="payments")
    assert ana.form(title="Decision D-1").shows("has voted")


def test_a_vote_changed_in_the_window_is_drawn_there(slack, mvp):
    opens(slack)
    ben = slack.as_user("ben")
    ben.click("Vote on PAY-1", in_message=slack.wait_for(lambda: voting_card(slack)))
    page = ben.form(title="Decision D-1")
    assert page.shows("You have not voted yet.")
    page.click("Stop")
    slack.wait_for(lambda: page.shows("Your vote: *Stop*."))
    page.click("Abstain")
    slack.wait_for(lambda: page.shows("Your vote: *Abstain*."))


def voting_card(slack):
    shown = card(slack, "PAY-1")
    return shown if "Vote on PAY-1" in shown.buttons else None


def test_after_the_deadline_a_press_is_told_when_it_closed(slack, mvp):
    """Given a ballot that Slack shows with its buttons still, as a channel may."""
    shown = opens(slack)
    old = [dict(block) for block in shown.blocks]
    lapses(slack, CLOSES_AT)
    assert shown.text.startswith("PAY-1 · Not decided: too few voted")
    shown.blocks[:] = old
    said = presses(slack, "ben", "Stop", shown)
    assert said.startswith("D-1 closed at 17:00:00 on 27 May 2026, so this press does not count.")


def test_the_list_and_the_record_say_how_it_ended(slack, mvp):
    opens(slack)
    presses(slack, "ben", "Stop")
    presses(slack, "cleo", "Stop")
    slack.clock.set(CLOSES_AT + SECOND)
    slack.wait_for(lambda: "the result comes" in ballot(slack).text)
    slack.clock.advance(timedelta(minutes=31))
    slack.wait_for(lambda: ballot(slack).text.startswith("PAY-1 · Decided: stop"))
    dana = slack.as_user("dana")
    dana.types("/decision list payments PAY-1", channel="payments")
    listed = dana.form(title="Decisions")
    assert listed.shows("*1 decision* about PAY-1 Pay by bank transfer")
    assert listed.shows("*D-1 · PAY-1 Pay by bank transfer*\nDecided: stop, 2 to 0")
    listed.click("Open")
    record = dana.form(title="Decision D-1")
    ben = slack.workspace.user_named("ben").id
    assert record.shows(f"<@{ben}> · *Stop*, ")
    assert record.shows("*What was known* when it was opened")
    thanked = "Thank you for finding it out"
    slack.wait_for(lambda: any(thanked in m.text for m in slack.dm("ana").messages))
    [thanks] = [m.text for m in slack.dm("ana").messages if thanked in m.text]
    assert "decided to stop PAY-1 · Pay by bank transfer, 2 to 0." in thanks


def test_a_decision_of_before_is_found_narrowed_to_and_shown(slack, mvp):
    with mvp.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        moments = dict.fromkeys(("opened_at", "closed_at", "imported_at"), MONDAY_NOON)
        told = {"source": "gates", "source_id": "PRR-1", "title": "KEP-1 beta"}
        session.add(PastDecision(**here, **moments, **told, outcome="approved"))
    dana = slack.as_user("dana")
    dana.types("/decision list open", channel="payments")
    listed = dana.form(title="Decisions")
    assert listed.shows("No decision matches.")
    listed.choose("Which", "Earlier")
    listed.click("Open")
    assert dana.form(title="Earlier decision").shows("*KEP-1 beta*")
    dana.types("/decision show prr-1", channel="payments")
    assert dana.form(title="Earlier decision").shows("*Approved* · 18 May 2026")


def test_home_asks_those_who_have_not_voted_and_the_digest_asks_all(slack, mvp):
    opens(slack)
    ben = slack.as_user("ben")
    home = ben.opens_home()
    slack.wait_for(lambda: home.shows("3 of 3 still to vote"))
    presses(slack, "ben", "Stop")
    slack.wait_for(lambda: not home.shows("still to vote"))
    ana = slack.as_user("ana")
    assert slack.wait_for(lambda: ana.opens_home().shows("2 of 3 still to vote"))
    ana.types("/flow digest subscribe", channel="portfolio")
    assert ana.form().submit().closed
    told = ana.types("/flow digest preview", channel="portfolio")
    assert "2 of 3 still to vote" in str(told.blocks)


def test_a_guest_of_the_council_is_not_asked(slack, mvp):
    slack.workspace.user_named("cleo").is_restricted = True
    slack.workspace.user_named("cleo").guest = True
    shown = opens(slack)
    assert shown.shows("At least 2 of 2 must vote.")


MISTAKES = {
    "": "/decision open KEY · put an epic to whoever decides",
    "opne PAY-1": "/decision does not understand “opne PAY-1”. Did you mean /decision open",
    "open": "Which epic? Type it like /decision open PAY-12.",
    "show": "Which decision? Type it like /decision show D-1.",
    "show D-9": "There is no decision D-9. Keys look like D-1;",
    "show <!channel>": "There is no decision &lt;!channel&gt;. Keys look like D-1;",
    "open PAY-9": "There is no epic PAY-9.",
    "open PAY-1": "Only the owner of PAY-1, the owner of Payments, the council or an admin",
    "record PAY-1": "Only the owner of Payments or the council can record a decision",
}


def test_a_mistake_is_answered_with_what_to_type_or_whom_to_ask(slack, mvp):
    dana = slack.as_user("dana")
    for typed, said in MISTAKES.items():
        assert dana.types(f"/decision {typed}", channel="payments").text.startswith(said), typed
