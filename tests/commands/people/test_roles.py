"""`/portfolio roles`: who has which role, given and taken away in one place."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.people.role import UserGroup, UserGroupMember
from tests.commands.conftest import card, proposes


@pytest.fixture
def council(slack, shop):
    """The user group @council of Ben and Cleo; Tack has not heard of it yet."""
    return slack.add_user_group("council", ["ben", "cleo"])


def roles(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/portfolio roles", channel="payments")
    return person.form(title="Who has which role")


def seats(form):
    """The lines of the list that say who has a role, without the places."""
    return [text for text in form.texts if " · " in text and not text.startswith("*")]


def fill(slack, role, where, *people, group=None, stand_in=False, who="ana"):
    roles(slack, who).click("Give a role")
    form = slack.as_user(who).form(title="Give a role")
    form.choose("Which role?", role)
    form.choose("Where?", where)
    if people:
        form.choose("People", *people)
    if group:
        form.choose("User groups", group)
    if stand_in:
        form.choose("Instead of someone else?", "As stand-in")
    return form


def gives(slack, *args, **more):
    done = fill(slack, *args, **more).submit()
    assert done.closed, done.errors
    return slack.as_user(more.get("who", "ana")).form(title="Who has which role")


def test_the_list_begins_with_what_people_own_and_has_buttons_for_admins_alone(slack, shop):
    ana, ben = slack.as_user("ana").id, slack.as_user("ben").id
    assert seats(roles(slack)) == [
        f"Admin · <@{ana}> · set in TACK_ADMINS",
        f"Value-stream owner · <@{ben}> · by owning it",
        f"Value-stream owner · <@{ben}> · by owning it",
    ]
    listed = roles(slack, "dana")
    assert len(seats(listed)) == 3
    assert listed.buttons == []
    assert listed.shows("Only admins give and take roles.")


def test_a_role_is_given_by_form_and_the_list_beneath_shows_it(slack, shop):
    listed = gives(slack, "Finance", "Shop", "dana", "cleo", stand_in=True)
    dana, cleo = slack.as_user("dana").id, slack.as_user("cleo").id
    line = f"Finance · <@{dana}> · stand-in"
    slack.wait_for(lambda: listed.shows(line) and listed.shows(f"Finance · <@{cleo}> · stand-in"))
    said = slack.wait_for(lambda: slack.dm("ana").messages)[-1].text
    assert said == (f"Done: <@{dana}> and <@{cleo}> now have the role finance as stand-in in Shop.")


def test_a_role_is_taken_away_after_a_question(slack, shop):
    listed = gives(slack, "Finance", "Shop", "dana")
    slack.wait_for(lambda: "Take away" in listed.buttons)
    listed.click("Take away", confirm=False)
    assert listed.shows("Finance ·")
    listed.click("Take away")
    slack.wait_for(lambda: not listed.shows("Finance ·"))


def test_who_can_have_no_role_is_said_at_the_field(slack, shop):
    slack.add_user("gil", guest=True)
    slack.add_user("sam", team_id="T0STRANGER")
    slack.add_user("lea", deleted=True)
    form = fill(slack, "Finance", "Shop")
    assert form.submit().errors == {"People": "Choose at least one person or user group."}
    unfit = {"gil": "Gil is a guest. Choose members of this workspace."}
    unfit |= {"sam": "Sam is of another workspace. Choose members of this workspace."}
    unfit |= {"lea": "Lea has left Slack. Choose members of this workspace."}
    unfit |= {slack.workspace.bot.name: "is a bot"}
    for name, said in unfit.items():
        form.choose("People", "dana", name)
        errors = form.submit().errors
        assert list(errors) == ["People"]
        assert said in errors["People"]
    assert form.value("Which role?")["text"]["text"] == "Finance"
    form.choose("People", "dana")
    form.choose("Where?", "Everywhere (admins only)")
    errors = form.submit().errors
    assert errors["Where?"].startswith("Only the role admin can hold everywhere")


def test_a_refusal_in_a_form_names_who_can_be_asked(slack, shop):
    listed = gives(slack, "Admin", "Everywhere (admins only)", "dana")
    slack.wait_for(lambda: "Take away" in listed.buttons)
    form = fill(slack, "Finance", "Shop", "cleo", who="dana")
    slack.as_user("ana").form(title="Who has which role").click("Take away")
    slack.wait_for(lambda: not slack.as_user("ana").form().shows(slack.as_user("dana").id))
    errors = form.submit().errors
    assert errors == {"Which role?": "Only an admin can give and take roles. Ask Ana."}


def test_a_user_group_has_a_role_with_its_people(slack, shop, council):
    listed = gives(slack, "Council", "Shop", group="@council")
    slack.wait_for(lambda: listed.shows("Council · @council, 2 people"))
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    slack.as_user("cleo").types("/epic move PAY-1 reviewing", channel="payments")
    slack.wait_for(lambda: "Reviewing" in card(slack, "PAY-1").text)


def known(shop, group):
    """The group as Tack knows it: why it is gone, if it is, and how many are in it."""
    with shop.database.read() as session:
        gone = session.scalar(select(UserGroup.gone).where(UserGroup.group_id == group.id))
        people = select(func.count()).where(UserGroupMember.group_id == group.id)
        return gone, session.scalar(people)


def test_who_leaves_the_group_leaves_its_role_within_a_moment(slack, shop, council):
    gives(slack, "Council", "Shop", group="@council")
    slack.change_user_group("council", ["ben"])
    slack.wait_for(lambda: known(shop, council) == (None, 1))
    assert roles(slack).shows("Council · @council, 1 person")
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    said = slack.as_user("cleo").types("/epic move PAY-1 reviewing", channel="payments").text
    assert said.startswith("Only the owner of PAY-1")


def test_a_group_that_is_emptied_is_told_to_the_admin_once_when_it_is_filled_and_when_it_is_gone(
    slack, shop, council
):
    gives(slack, "Council", "Shop", group="@council")
    slack.change_user_group("council", [])
    told = slack.wait_for(
        lambda: [m for m in slack.dm("ana").messages if m.text.startswith("Nobody has the role")]
    )
    assert told[0].text == (
        "Nobody has the role council of Shop through the user group @council any more: it is "
        "empty. Fill the group in Slack, or give the role to others with /portfolio roles."
    )
    assert roles(slack).shows("Council · @council, empty: nobody has this role through it")
    slack.change_user_group("council", ["dana"])
    slack.wait_for(
        lambda: any("has 1 person again" in message.text for message in slack.dm("ana").messages)
    )
    slack.delete_user_group("council")
    slack.wait_for(lambda: known(shop, council)[0])
    assert roles(slack).shows(
        "Council · @council, gone: it was deleted in Slack, so nobody has this role through it"
    )


def test_what_slack_did_not_tell_is_read_within_a_quarter_of_an_hour(slack, shop, council):
    gives(slack, "Council", "Shop", group="@council")
    slack.wait_for(lambda: known(shop, council) == (None, 2))
    council.users = council.users[:1]
    slack.clock.advance(timedelta(minutes=16))
    slack.wait_for(lambda: known(shop, council) == (None, 1))


def test_a_reading_that_failed_is_made_again_until_it_succeeds(slack, shop, council):
    gives(slack, "Council", "Shop", group="@council")
    slack.fail_next("usergroups.list", "internal_error")
    slack.change_user_group("council", ["ben"])
    slack.wait_for(lambda: slack.requests[-1].method in {"usergroups.list", "auth.test"})
    slack.clock.advance(timedelta(minutes=2))
    slack.wait_for(lambda: known(shop, council) == (None, 1))
    slack.findings.clear()


def test_when_the_plan_loses_user_groups_nobody_has_a_role_through_one(slack, shop, council):
    gives(slack, "Council", "Shop", group="@council")
    slack.wait_for(lambda: known(shop, council) == (None, 2))
    slack.free_plan = True
    slack.clock.advance(timedelta(minutes=16))
    slack.wait_for(lambda: known(shop, council) == ("this plan of Slack has no user groups", 0))
    slack.findings.clear()


def test_a_plan_without_user_groups_is_asked_for_people_only(slack, shop):
    slack.free_plan = True
    roles(slack).click("Give a role")
    form = slack.as_user("ana").form(title="Give a role")
    assert "User groups" not in form.labels
    assert form.shows("This Slack plan has no user groups, so roles go to people only.")
    slack.findings.clear()


def test_a_long_list_is_turned_page_by_page(slack, shop):
    for name in ("eli", "fay", "gus", "hal", "ida", "jan", "kim", "lou"):
        slack.add_user(name)
    people = ("ben", "cleo", "dana", "eli", "fay", "gus", "hal", "ida", "jan", "kim")
    for role in ("Viewer", "Council"):
        listed = gives(slack, role, "Shop", *people)
    slack.wait_for(lambda: listed.shows("23 roles, page 1 of 2"))
    assert len(seats(listed)) == 20
    listed.click("Next page")
    slack.wait_for(lambda: listed.shows("page 2 of 2"))
    assert len(seats(listed)) == 3


def test_a_forged_place_is_refused_and_gives_nothing(slack, shop):
    form = fill(slack, "Finance", "Shop", "dana")
    block = next(b for b in form.blocks if b.get("block_id") == "place")
    for each in block["element"]["options"]:
        each["value"] = '{"portfolio":999}'
    form.choose("Where?", "Shop")
    errors = form.submit().errors
    assert errors["Which role?"].startswith("That portfolio is not there")
    form.close(whole_stack=True)
    assert not roles(slack).shows("Finance ·")
