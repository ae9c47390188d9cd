"""What Tack answers to what people type."""

import pytest
from sqlalchemy import select

from models.epics.blocking import Blocking
from models.epics.epic import Transition
from tests.commands.conftest import proposes
from tests.workflows.builders import an_epic

MISTAKES = {
    "show": "Which epic? Type it like /epic show KEY. /epic list shows their keys.",
    "show PAY-11": "There is no epic PAY-11. Did you mean PAY-1?",
    "show &": "There is no epic &amp;. Keys look like PAY-12; /epic list finds epics by words of "
    "their titles.",
    "move": "Which epic? Type it like /epic move KEY STATE. /epic list shows their keys.",
    "move PAY-1 funnel": "PAY-1 is already in Funnel.",
    "move PAY-1 soon": "There is no state “soon”. The states are Funnel, Reviewing",
    "answer PAY-1 maybe": "What do you answer? Type /epic answer PAY-1 yes",
    "answer PAY-1 not now": "Say why not now, in a sentence",
    "answer PAY-1 question": "Write your question.",
    "give PAY-1 Onbording": "There is no value stream “Onbording” here. Did you mean Onboarding? "
    "The others are Onboarding (ONB).",
    "list two": "No epic matches “two”.",
    "propse <!channel>": "/epic does not understand “propse &lt;!channel&gt;”. Did you mean /epic "
    "propose?",
    **{
        word: f"Which epic? Type it like /epic {word} KEY"
        for word in ("answer", "block", "edit", "give", "owner", "restrict", "stop", "unblock")
    },
}


def test_what_is_typed_is_answered_with_help_with_what_to_type_or_with_the_epic(slack, shop):
    ana, ben = slack.as_user("ana"), slack.as_user("ben")
    empty = ana.types("/epic list", channel="payments").text
    assert empty == "There are no epics yet. Propose the first one with /epic propose."
    helped = "/epic propose · propose an epic; a title can follow\n/epic show KEY · "
    for typed in ("", "help", " HELP "):
        assert ana.types(f"/epic {typed}", channel="payments").text.startswith(helped)
    proposes(slack, "Pay by bank transfer")
    for typed, said in MISTAKES.items():
        assert ana.types(f"/epic {typed}", channel="payments").text.startswith(said), typed
    shown = ben.types("/epic pay-1", channel="payments").text
    assert shown.startswith("PAY-1 · Pay by bank transfer\n")
    assert ben.types("/epic show pay 1", channel="payments").text == shown


def test_moved_without_a_state_the_form_asks_where_to(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    ben.types("/epic move PAY-1", channel="payments")
    form = ben.form()
    form.choose("Where to?", "Reviewing")
    assert form.submit().closed
    slack.wait_for(lambda: "is now in Reviewing" in ben.last_private().text)


def test_the_list_is_turned_page_by_page(slack, shop):
    with shop.database.write() as session:
        for number in range(21):
            an_epic(session, 1, 1, f"Idea {number}", at=slack.clock.now())
    ana = slack.as_user("ana")
    assert "21 epics, page 1 of 2" in ana.types("/epic list", channel="payments").text
    ana.click("Next page", in_message=ana.private_messages()[-1])
    second = "21 epics, page 2 of 2"
    slack.wait_for(lambda: second in ana.private_messages()[-1].text)


@pytest.mark.parametrize("word", ["stop", "block"])
def test_a_because_without_a_reason_opens_the_form_that_asks_for_it(slack, shop, word):
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    for typed in ("", " because", " because:"):
        ben.types(f"/epic {word} PAY-1{typed}", channel="payments")
        ben.form().close()
    ben.types(f"/epic {word} PAY-1 because nobody asks for it", channel="payments")
    with shop.database.read() as session:
        noun = Transition if word == "stop" else Blocking
        reasons = select(noun.reason).where(noun.reason.is_not(None))
        assert session.scalars(reasons).all() == ["nobody asks for it"]
