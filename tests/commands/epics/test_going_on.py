"""An epic on its way: answered, moved by policy, overridden, blocked and stopped, by clicks."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.epics.epic import Epic
from models.epics.obstacles import Override
from models.portfolio.policy import DECISIONS, USUAL
from models.portfolio.portfolio import Portfolio, WipLimit
from models.themes.theme import Theme
from tests.commands.conftest import card, proposes

REVIEWED = {
    "indicator": "Completion",
    "baseline": Decimal(61),
    "target": Decimal(68),
    "target_on": date(2029, 9, 30),
    "kill_threshold": "below 63 %",
    "mvp_cost_minor": 6_000_000,
}
DECIDED = {**REVIEWED, "full_cost_minor": 42_000_000, "horizon": 1}
DECIDED |= {"evidence_on": date(2029, 9, 30)}


@pytest.fixture
def strict(slack, shop):
    """The shop with the usual policies, and a theme."""
    with shop.database.write() as session:
        session.add(Theme(workspace_id=1, portfolio_id=1, name="Less paper"))
        for state in session.scalars(select(Portfolio)).one().states:
            usual = USUAL.get(state.name, ())
            state.exit_requires = [each.value for each in usual if each not in DECISIONS]
    return shop


def write(tack, **answers):
    """Fill in what the first epic says of itself."""
    with tack.database.write() as session:
        epic = session.scalars(select(Epic).order_by(Epic.id)).first()
        for name, value in answers.items():
            setattr(epic, name, value)
        epic.theme_none_because = "the law asks for it"


def stands(slack, label):
    """Wait until the card says where it stands; gives the card."""
    return slack.wait_for(
        lambda: f"*{label}* ·" in str(card(slack, "PAY-1").blocks) and card(slack, "PAY-1")
    )


def in_testing(slack, tack):
    """Ana's epic tests its MVP."""
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    write(tack, **DECIDED)
    ben = slack.as_user("ben")
    ben.types("/epic answer PAY-1 yes", channel="payments")
    ben.types("/epic move PAY-1 testing", channel="payments")
    stands(slack, "Testing the MVP")
    return ben


# Answering


def test_a_yes_by_the_form_asks_for_the_theme_and_moves_the_idea_on(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    ben.click("Answer this idea", channel="payments")
    form = ben.form()
    form.choose("Your answer", "Yes, let us review it")
    form.fill("If it has no theme: why?", "the law asks for it")
    assert form.submit().closed
    stands(slack, "Reviewing")
    told = slack.wait_for(lambda: slack.dm("ana").messages)[-1]
    assert "says yes to PAY-1 · Pay by bank transfer" in told.text
    said = slack.wait_for(ben.last_private).text
    assert said == "PAY-1 · Pay by bank transfer is now in Reviewing."


def test_a_question_is_heard_privately_and_changes_the_next_step_to_a_reply(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    said = ben.types("/epic answer PAY-1 question Which <!channel> countries?", channel="payments")
    assert "Your question about PAY-1 · Pay by bank transfer was sent to" in said.text
    told = slack.wait_for(lambda: slack.dm("ana").messages)[-1]
    assert "Which &lt;!channel&gt; countries?" in told.text
    slack.wait_for(lambda: "countries?" in str(card(slack, "PAY-1").blocks))
    ana = slack.as_user("ana")
    ana.click("Reply", channel="payments")
    form = ana.form()
    assert form.title == "Reply about PAY-1"
    assert "Which &lt;!channel&gt; countries?" in "\n".join(form.texts)
    form.fill("Your reply", "Germany <!here> and Austria")
    assert form.submit().closed
    assert "is on its card" in slack.wait_for(ana.last_private).text
    told = slack.wait_for(lambda: slack.dm("ben").messages)[-1]
    assert "Germany &lt;!here&gt; and Austria" in told.text
    slack.wait_for(lambda: "Austria" in str(card(slack, "PAY-1").blocks))
    ben.click("Answer this idea", in_message=told)
    assert ben.form().title == "Answer PAY-1"


def test_each_answers_who_may_and_a_reply_is_for_a_question_that_is_open(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    dana, ana = slack.as_user("dana"), slack.as_user("ana")
    dana.click("Answer this idea", channel="payments")
    refused = "Only the owner of Payments or an admin can answer this idea. Ask <@"
    assert slack.wait_for(dana.last_private).text.startswith(refused)
    slack.as_user("ben").types("/epic answer PAY-1 question Where?", channel="payments")
    slack.wait_for(lambda: "Where?" in str(card(slack, "PAY-1").blocks))
    dana.click("Reply", channel="payments")
    slack.wait_for(lambda: dana.last_private().text.startswith("Only the owner of PAY-1"))
    ana.click("Reply", channel="payments")
    slack.as_user("ben").types("/epic answer PAY-1 not now because of May", channel="payments")
    form = ana.form()
    form.fill("Your reply", "Everywhere")
    said = "No question about PAY-1 waits for a reply any more."
    assert form.submit().errors == {"Your reply": said}


def test_an_answer_sent_after_the_idea_was_stopped_keeps_what_was_typed(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    ben.click("Answer this idea", channel="payments")
    form = ben.form()
    form.choose("Your answer", "Not now, because …")
    form.fill("In a sentence", "the contract ends in June")
    slack.as_user("ana").types("/epic stop PAY-1 someone had it already", channel="payments")
    assert form.submit().errors == {
        "Your answer": "PAY-1 is now in Stopped, so it no longer waits for an answer."
    }
    assert ben.form().value("In a sentence") == "the contract ends in June"


# Moving by policy


def test_a_refused_click_lists_what_is_missing_and_opens_the_form_to_fill_it(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    write(strict)
    ana = slack.as_user("ana")
    slack.as_user("ben").types("/epic answer PAY-1 yes", channel="payments")
    said = ana.types("/epic move PAY-1 analyzing we are sure", channel="payments")
    assert "• 6 answers open before analysis: the figure that will move" in said.text
    assert "You wrote: we are sure" in str(said.blocks)
    ana.click("Add 6 answers", in_message=said.message)
    assert ana.form().title == "Edit PAY-1"


def test_past_a_full_place_it_goes_by_a_reason_that_is_kept(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    write(strict, **REVIEWED)
    with strict.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        analyzing = portfolio.state("analyzing").id
        session.add(WipLimit(**here, state_id=analyzing, most=0))
    ben = slack.as_user("ben")
    ben.types("/epic answer PAY-1 yes", channel="payments")
    stands(slack, "Reviewing")
    ben.chooses_overflow("Move", channel="payments")
    form = ben.form()
    form.choose("Where to?", "Analyzing")
    form.fill("Why?", "the law changes in July")
    form.submit()
    override = slack.wait_for(lambda: ben.form().title == "Override: PAY-1" and ben.form())
    assert "Analyzing is full (0 of 0 in Shop)" in "\n".join(override.texts)
    assert override.value("Why?") == "the law changes in July"
    assert override.submit().closed
    stands(slack, "Analyzing")
    with strict.database.read() as session:
        kept = session.scalars(select(Override)).one()
        assert (kept.reason, kept.role) == ("the law changes in July", "value-stream owner")


def test_the_button_to_move_it_anyway_asks_why_and_keeps_the_reason_that_was_typed(slack, strict):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben, reason = slack.as_user("ben"), "“Ü”\\" * 250
    refused = ben.types(f"/epic move PAY-1 reviewing {reason}", channel="payments")
    ben.click("Override …", in_message=refused.message)
    assert ben.form().value("Why?") == reason[:500]
    ben.form().close()
    refused = ben.types("/epic move PAY-1 reviewing", channel="payments")
    ben.click("Override …", in_message=refused.message)
    form = ben.form()
    assert form.value("Why?") is None
    form.fill("Why?", "asked for by the council")
    assert form.submit().closed
    stands(slack, "Reviewing")


# Testing and delivering


def test_persevering_takes_a_reason_and_moves_to_delivering(slack, strict):
    ben, cleo = in_testing(slack, strict), slack.as_user("cleo")
    with strict.database.write() as session:
        session.scalars(select(Epic)).one().owner_user_id = cleo.id
    cleo.click("Persevere: move to Delivering", channel="payments")
    refused = "Only the owner of Payments, the council or an admin can approve"
    assert slack.wait_for(cleo.last_private).text.startswith(refused)
    said = ben.types("/epic move PAY-1 delivering", channel="payments").text
    assert said == "Say in a sentence why it perseveres after its MVP."
    ben.click("Persevere: move to Delivering", channel="payments")
    form = ben.form()
    form.fill("Why?", "64.2 %, above 63")
    assert form.submit().closed
    shown = stands(slack, "Delivering")
    assert "moved from Testing the MVP to Delivering" in str(shown.blocks)
    assert "64.2 %, above 63" in str(shown.blocks)


# Blocking and stopping


def test_blocked_and_unblocked_from_the_card_and_by_typing(slack, strict):
    ben = in_testing(slack, strict)
    ben.click("Mark as blocked", channel="payments")
    form = ben.form()
    form.fill("What does it wait for?", "the contract with the bank")
    assert form.submit().closed
    slack.wait_for(lambda: "*Blocked since today:*" in str(card(slack, "PAY-1").blocks))
    ben.click("Unblock", channel="payments")
    slack.wait_for(lambda: "*Blocked" not in str(card(slack, "PAY-1").blocks))
    said = ben.types("/epic block PAY-1 waits for <@U1>", channel="payments").text
    assert said == "PAY-1 · Pay by bank transfer is marked as blocked; the reason is on its card."
    slack.wait_for(lambda: "waits for &lt;@U1&gt;" in str(card(slack, "PAY-1").blocks))
    said = ben.types("/epic unblock PAY-1", channel="payments").text
    assert said.endswith("is unblocked. Thank you.")
    said = ben.types("/epic unblock PAY-1", channel="payments").text
    assert said == "PAY-1 is not blocked."


def test_a_stop_asks_why_and_what_was_learned_and_thanks_the_owner(slack, strict):
    ben = in_testing(slack, strict)
    ben.chooses_overflow("Stop", channel="payments")
    form = ben.form()
    form.fill("Why?", "completion stayed below 63 %")
    form.fill("What was learned?", "customers trust the bank page")
    assert form.submit().closed
    shown = stands(slack, "Stopped")
    assert "Learned: customers trust the bank page." in str(shown.blocks)
    told = slack.wait_for(
        lambda: next((m for m in slack.dm("ana").messages if "stopped" in m.text), None)
    )
    assert told.text.endswith("Thank you for finding it out.")


def test_a_stop_sent_after_it_moved_keeps_what_was_typed(slack, strict):
    ben = in_testing(slack, strict)
    ben.chooses_overflow("Stop", channel="payments")
    form = ben.form()
    form.fill("Why?", "too dear")
    ben.types("/epic move PAY-1 ready", channel="payments")
    assert not form.submit().closed
    form = ben.form()
    assert "changed something else here while it was open" in "\n".join(form.texts)
    assert form.value("Why?") == "too dear"
    assert form.submit().closed
    stands(slack, "Stopped")


def test_a_channel_never_names_an_epic_that_became_restricted(slack, strict):
    ben = in_testing(slack, strict)
    write(strict, restricted=True)
    ben.types("/epic block PAY-1 a matter of law", channel="payments")
    said = "PAY-1 is restricted to its circle, who can see it with /epic show PAY-1."
    slack.wait_for(lambda: [m.text for m in slack.channel("payments").messages] == [said])
    shown = slack.channel("payments").messages[-1]
    assert "Pay by bank transfer" not in str(shown.blocks)
    gone = slack.as_user("cleo").types("/epic block PAY-1 why", channel="payments").text
    assert gone.startswith("There is no epic PAY-1.")
