"""The same thing delivered three times, to two replicas: one effect and three polite answers."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from models.board.digest import Subscription
from models.board.home import Home
from models.epics.epic import Answer, Blocking, Epic, Transition
from models.files.export import Export
from models.people.role import RoleGrant
from models.portfolio.portfolio import Portfolio
from models.projects.project import Program
from models.themes.theme import Objective, Theme
from tests.commands.conftest import card, furnish, proposes, running

BOTH_LOOKED_S = 0.5
"""By then each of two has seen that nothing is stored yet, and waits to store it."""


@pytest.fixture
def replicas(slack, database_url):
    """Two of Tack on one database; what is delivered reaches any of their four connections."""
    with running(slack, database_url) as first, running(slack, database_url):
        slack.wait_for(lambda: slack.connected == 4)
        yield first


def count(tack, noun):
    with tack.database.read() as session:
        return session.scalar(select(func.count()).select_from(noun))


def last(slack, kind):
    return [d for d in slack.deliveries if kind in (d.payload.get("type"), d.kind)][-1]


def three_times(slack, delivery):
    """Once more, and twice at the same moment; every one is acknowledged."""
    answers = [slack.deliver_again(delivery)]
    with ThreadPoolExecutor(2) as together:
        answers += together.map(slack.deliver_again, [delivery, delivery])
    assert [answer.error for answer in answers] == [None, None, None]
    return answers


def test_a_submission_makes_one_epic_and_one_card(slack, replicas):
    furnish(slack, replicas)
    proposes(slack, "Pay by bank transfer")
    three_times(slack, last(slack, "view_submission"))
    assert count(replicas, Epic) == 1
    card(slack, "PAY-1")
    assert len(slack.channel("payments").messages) == 1


def test_a_click_moves_once_and_says_where_the_epic_is(slack, replicas):
    furnish(slack, replicas)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    ben.click("Move to Reviewing", channel="payments")
    three_times(slack, last(slack, "block_actions"))
    assert count(replicas, Transition) == 2
    slack.wait_for(lambda: len(ben.private_messages("payments")) == 3)
    assert {message.text for message in ben.private_messages("payments")} == {
        "PAY-1 is already in Reviewing."
    }


def test_a_typed_move_moves_once(slack, replicas):
    furnish(slack, replicas)
    proposes(slack, "Pay by bank transfer")
    slack.as_user("ben").types("/epic move PAY-1 ready", channel="payments")
    answers = three_times(slack, last(slack, "slash_commands"))
    assert count(replicas, Transition) == 2
    assert {answer.ack["text"] for answer in answers} == {"PAY-1 is already in Ready."}


def test_a_set_up_makes_one_portfolio(slack, replicas):
    ana = slack.as_user("ana")
    ana.types("/portfolio setup", channel="payments")
    form = ana.form()
    form.fill("What is the portfolio called?", "Shop")
    form.fill("Currency", "EUR")
    form.submit()
    slack.wait_for(lambda: ana.form().title == "Set up the portfolio")
    answers = three_times(slack, last(slack, "view_submission"))
    assert {each.ack["view"]["title"]["text"] for each in answers} == {"Set up the portfolio"}
    assert count(replicas, Portfolio) == 1


def test_a_wish_for_a_digest_is_one(slack, replicas):
    furnish(slack, replicas)
    ana = slack.as_user("ana")
    ana.types("/flow digest subscribe", channel="payments")
    assert ana.form().submit().closed
    three_times(slack, last(slack, "view_submission"))
    assert count(replicas, Subscription) == 1


def opens(slack, *typed):
    """A form that a command opens, by pages on the way and what is pressed on them."""
    ana = slack.as_user("ana")
    ana.types(typed[0], channel="payments")
    for title, button in zip(typed[1::2], typed[2::2], strict=True):
        slack.wait_for(lambda title=title: ana.form(title=title)).click(button)
    return ana.form()


FORMS = {
    RoleGrant: ("/portfolio roles", "Who has which role", "Give a role"),
    Export: ("/portfolio export",),
    Blocking: ("/epic block PAY-1",),
    Answer: ("/epic answer PAY-1",),
}
"""What is not declared; of what is, test_heard.py sends each form twice."""

TYPED = {
    "What does it wait for?": "A contract",
    "In a sentence": "What does it cost?",
}
CHOSEN = {"Which role?": "Viewer", "Where?": "Shop", "Your answer": "I have a question first"}


@pytest.mark.parametrize("noun", FORMS, ids=lambda noun: noun.__name__)
def test_a_form_has_one_effect_and_is_answered_as_the_first_time(slack, replicas, noun):
    furnish(slack, replicas)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    form = opens(slack, *FORMS[noun])
    for label in form.labels:
        if label in TYPED:
            form.fill(label, TYPED[label])
        if label in CHOSEN:
            form.choose(label, CHOSEN[label])
        if label == "People":
            form.choose(label, "cleo")
    before = count(replicas, noun)
    assert form.submit().closed
    assert count(replicas, noun) == before + 1
    sent = last(slack, "view_submission")
    three_times(slack, sent)
    slack.wait_for(lambda: slack.deliver_again(sent).ack == sent.ack)  # by the one that heard it
    assert count(replicas, noun) == before + 1


def test_a_form_that_comes_twice_at_the_same_moment_has_one_effect(slack, replicas):
    portfolio = furnish(slack, replicas)
    with replicas.database.write() as session:
        here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
        session.add(Theme(name="Fewer abandoned purchases", **here))
    page = ("Themes", "Open", "A theme", "Add an objective")
    form = opens(slack, "/portfolio themes", *page)
    form.fill("What should be true?", "More buyers finish")
    assert form.submit().closed
    sent = last(slack, "view_submission")
    for field in sent.payload["view"]["state"]["values"]["title"].values():
        field["value"] = "Fewer ask for help"
    with ThreadPoolExecutor(2) as together:
        with replicas.database.write() as session:
            session.scalars(select(Theme).with_for_update()).one()
            both = [together.submit(slack.deliver_again, sent) for _ in range(2)]
            time.sleep(BOTH_LOOKED_S)
        assert [each.result().error for each in both] == [None, None]
    assert count(replicas, Objective) == 2


def test_a_typed_answer_is_one_and_is_said_again(slack, replicas):
    furnish(slack, replicas)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    said = ben.types("/epic answer PAY-1 question What does it cost?", channel="payments").text
    answers = three_times(slack, last(slack, "slash_commands"))
    assert {answer.ack["text"] for answer in answers} == {said}
    assert count(replicas, Answer) == 1
    ben.types("/epic answer PAY-1 question What does it cost?", channel="payments")
    slack.wait_for(lambda: count(replicas, Answer) == 2)


def test_what_someone_mends_and_sends_once_more_is_taken(slack, replicas):
    furnish(slack, replicas)
    form = opens(slack, "/portfolio projects", "Projects", "Add a program")
    form.fill("What is it called?", "Mobile")
    assert form.submit().errors
    assert form.submit().errors
    form.fill("Its code", "MOB")
    assert form.submit().closed
    again = opens(slack, "/portfolio projects", "Projects", "Add a program")
    again.fill("Its code", "MOB")
    again.fill("What is it called?", "Mobile")
    assert "already" in str(again.submit().errors)
    assert count(replicas, Program) == 1


def test_an_opened_home_is_drawn(slack, replicas):
    furnish(slack, replicas)
    ana = slack.as_user("ana")
    ana.opens_home()
    three_times(slack, last(slack, "events_api"))
    assert count(replicas, Home) == 1
    slack.wait_for(lambda: "Shop" in "\n".join(ana.opens_home().texts))
