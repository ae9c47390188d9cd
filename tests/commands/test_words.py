"""What Tack answers to what people type, before and after it is set up."""

import pytest

from tests.commands.conftest import epics, proposes


@pytest.mark.parametrize("typed", ["", "help", " HELP "])
def test_asked_for_help_it_says_every_form(slack, shop, typed):
    said = slack.as_user("ana").types(f"/epic {typed}", channel="payments").text
    assert said.startswith("/epic propose · propose an epic; a title can follow\n/epic show KEY · ")


def test_a_mistyped_word_comes_back_with_the_nearest_form(slack, shop):
    said = slack.as_user("ana").types("/epic propse <!channel>", channel="payments").text
    assert said.startswith(
        "/epic does not understand “propse &lt;!channel&gt;”. Did you mean /epic propose?"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("show", "Which epic? Type it like /epic show KEY. /epic list shows their keys."),
        ("show PAY-11", "There is no epic PAY-11. Did you mean PAY-1?"),
        (
            "show &",
            "There is no epic &amp;. Keys look like PAY-12; /epic list finds epics by words of "
            "their titles.",
        ),
        ("move", "Which epic? Type it like /epic move KEY STATE. /epic list shows their keys."),
        ("move PAY-1 funnel", "PAY-1 is already in Funnel."),
        (
            "list two",
            "No epic matches “two”.",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(slack, shop, typed, said):
    proposes(slack, "Pay by bank transfer")
    assert slack.as_user("ana").types(f"/epic {typed}", channel="payments").text == said


def test_an_unknown_state_is_answered_with_the_states_there_are(slack, shop):
    proposes(slack, "Pay by bank transfer")
    said = slack.as_user("ana").types("/epic move PAY-1 soon", channel="payments").text
    assert said.startswith("There is no state “soon”. The states are Funnel, Reviewing")


def test_a_key_alone_shows_its_epic(slack, shop):
    proposes(slack, "Pay by bank transfer")
    said = slack.as_user("ben").types("/epic pay-1", channel="payments").text
    assert said.startswith("PAY-1 · Pay by bank transfer\n")
    assert slack.as_user("ben").types("/epic show pay 1", channel="payments").text == said


def test_moved_without_a_state_the_form_asks_where_to(slack, shop):
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    ben.types("/epic move PAY-1", channel="payments")
    form = ben.form()
    form.choose("Where to?", "Reviewing")
    assert form.submit().closed
    slack.wait_for(lambda: "is now in Reviewing" in ben.last_private().text)


def test_before_it_is_set_up_it_says_what_to_do_first(slack, tack):
    for typed in ("/epic propose", "/epic list", "/epic show PAY-1", "/epic move PAY-1 done"):
        said = slack.as_user("ben").types(typed, channel="payments").text
        assert said.startswith("Tack is not set up here yet. An admin types /portfolio setup")
    assert "make someone an admin" not in str(slack.as_user("ben").opens_home().texts)


def test_only_an_admin_sets_it_up_and_the_others_hear_whom_to_ask(slack, tack):
    answer = slack.as_user("ben").types("/portfolio setup", channel="payments")
    ana = f"<@{slack.workspace.user_named('ana').id}>"
    assert answer.text == f"Only an admin can set Tack up. Ask {ana}."
    assert ana in str(answer.blocks)


def test_the_list_is_turned_page_by_page(slack, shop):
    for number in range(21):
        proposes(slack, f"Idea {chr(97 + number) * 5}")
    ana = slack.as_user("ana")
    assert "21 epics, page 1 of 2" in ana.types("/epic list", channel="payments").text
    ana.click("Next page", in_message=ana.private_messages()[-1])
    second = "21 epics, page 2 of 2"
    slack.wait_for(lambda: second in ana.private_messages()[-1].text)
    assert epics(shop) == 21


def test_an_empty_list_says_how_to_begin(slack, shop):
    said = slack.as_user("ana").types("/epic list", channel="payments").text
    assert said == "There are no epics yet. Propose the first one with /epic propose."
