"""Handing an epic over by typing, and saying who sees it."""

from sqlalchemy import select

from models.epics.epic import Epic
from models.portfolio.portfolio import ValueStream, WipLimit
from tests.commands.conftest import card, proposes


def the_epic(tack):
    with tack.database.read() as session:
        return session.scalars(select(Epic)).one()


def settle_onboarding(slack, tack):
    """Onboarding is Cleo's, in a channel of its own."""
    slack.add_channel("onboarding", members=["ana", "ben", "cleo"])
    with tack.database.write() as session:
        stream = session.scalars(select(ValueStream).where(ValueStream.key_prefix == "ONB")).one()
        stream.owner_user_id = slack.workspace.user_named("cleo").id
        stream.channel_id = slack.channel("onboarding").id
        session.add(
            WipLimit(
                workspace_id=stream.workspace_id,
                portfolio_id=stream.portfolio_id,
                value_stream_id=stream.id,
                most=0,
            )
        )


def test_a_card_follows_its_epic_to_another_stream(slack, shop):
    settle_onboarding(slack, shop)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ben = slack.as_user("ben")
    said = ben.types("/epic give PAY-1 onboarding It fits there", channel="payments").text
    assert said.startswith("PAY-1 · Pay by bank transfer is now in Onboarding.")
    assert card(slack, "PAY-1", channel="onboarding")
    left = slack.wait_for(
        lambda: next(
            (m for m in slack.channel("payments").messages if "moved from Payments" in m.text), None
        )
    )
    assert "to Onboarding" in left.text
    assert f"Its card is in <#{slack.channel('onboarding').id}>" in left.text
    told = slack.wait_for(lambda: slack.dm("cleo").messages)[-1]
    assert "It fits there" in told.text
    assert len(slack.channel("payments").messages) == 1


def test_a_limit_passed_there_takes_a_reason_and_is_told(slack, shop):
    settle_onboarding(slack, shop)
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    ben.types("/epic move PAY-1 reviewing", channel="payments")
    said = ben.types("/epic give PAY-1 ONB because", channel="payments").text
    assert said.startswith("Onboarding would have 1 of 0 in flight: over its limit. To move it")
    said = ben.types("/epic give PAY-1 ONB because they know it", channel="payments").text
    assert "Onboarding now has 1 of 0 in flight: over its limit." in said


def test_an_epic_is_given_to_another_owner_by_name(slack, shop):
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    cleo = slack.workspace.user_named("cleo").id
    said = slack.as_user("ben").types("/epic owner pay-1 @cleo", channel="payments").text
    assert said.startswith(f"<@{cleo}> now owns PAY-1 · Pay by bank transfer")
    told = slack.wait_for(lambda: slack.dm("ana").messages)[-1].text
    assert told.endswith(f"PAY-1 now belongs to <@{cleo}>.")
    given = slack.wait_for(lambda: slack.dm("cleo").messages)[-1]
    assert given.text == f"<@{cleo}> now owns PAY-1 · Pay by bank transfer."
    assert given.buttons == ["Open PAY-1"]
    slack.wait_for(lambda: f"owner <@{cleo}>" in card(slack, "PAY-1").text)


def test_nobody_unknown_and_no_guest_owns_an_epic(slack, shop):
    slack.add_user("gus", guest=True)
    proposes(slack, "Pay by bank transfer")
    ben = slack.as_user("ben")
    said = ben.types("/epic owner PAY-1 zoe", channel="payments").text
    how = "Type for example /epic owner PAY-1 @ben."
    assert said == f"“zoe” is not a member here. {how}"
    assert ben.types("/epic owner PAY-1", channel="payments").text == f"To whom? {how}"
    said = ben.types("/epic owner PAY-1 @gus", channel="payments").text
    assert "is a guest" in said
    assert the_epic(shop).owner_user_id == slack.workspace.user_named("ana").id


def test_who_sees_an_epic_is_said_by_a_form_and_holds_at_once(slack, shop):
    slack.add_user("gus", guest=True)
    proposes(slack, "Pay by bank transfer")
    card(slack, "PAY-1")
    ana, dana = slack.as_user("ana"), slack.as_user("dana")
    ana.types("/epic restrict PAY-1", channel="payments")
    form = ana.form()
    form.choose("Who sees this epic?", "Its circle")
    form.choose("Who else is in its circle?", "gus", "cleo")
    errors = form.submit().errors
    assert list(errors) == ["Who else is in its circle?"]
    assert "is a guest" in str(errors)
    form.choose("Who else is in its circle?", "cleo")
    assert form.submit().closed
    assert "is now visible to its circle" in ana.last_private().text
    slack.wait_for(
        lambda: all("bank transfer" not in m.text for m in slack.channel("payments").messages)
    )
    for word in ("show", "edit", "restrict", "move", "give", "owner", "block", "stop", "answer"):
        said = dana.types(f"/epic {word} PAY-1 onboarding", channel="payments").text
        assert said.startswith("There is no epic PAY-1") or "KEY" in said, word
    assert dana.types("/epic list", channel="payments").text.startswith("There are no epics yet")
    assert "PAY-1" in slack.as_user("cleo").types("/epic list", channel="payments").text
    assert "bank transfer" not in "\n".join(dana.opens_home().texts)
    ana.types("/epic restrict PAY-1", channel="payments")
    form = ana.form()
    assert form.value("Who else is in its circle?") == [slack.workspace.user_named("cleo").id]
    form.choose("Who sees this epic?", "Everybody")
    assert form.submit().closed
    assert card(slack, "PAY-1")
