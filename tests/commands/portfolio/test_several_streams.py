"""Adding several value streams at once."""

from models.portfolio.portfolio import Stage, ValueStream
from tests.commands.portfolio.test_setup import begins, note_on, steps, stored


def names_form(slack, person):
    person.form(title="Value streams").click("Add several")
    return person.form(title="Several value streams")


def at_the_streams(slack):
    ana = begins(slack)
    steps(ana).click("Value streams")
    return ana


def test_eight_streams_are_added_from_one_list_with_owners_and_channels(slack, tack):
    ana = at_the_streams(slack)
    names = [
        "Payments",
        "Onboarding",
        "Claims",
        "Lending",
        "Service",
        "Platform",
        "Data",
        "Partners",
    ]
    form = names_form(slack, ana)
    form.fill("Their names, one a line", "\n".join(names).replace("Claims", "Claims, CLM"))
    form.submit()
    form = slack.wait_for(lambda: ana.form().shows("8 value streams.") and ana.form())
    form.choose("Owner of Payments (PAY)", "ben")
    form.choose("Channel of Payments", "payments")
    form.choose("Owner of Claims (CLM)", "cleo")
    form.choose("Channel of Claims", "lobby")
    form.choose("How are they funded?", "Hybrid")
    form.submit()
    listed = note_on(slack, ana, "8 value streams are there now: *Payments* (PAY), *Onboarding*")
    assert listed.title == "Value streams"
    found = {stream.name: stream for stream in stored(tack, ValueStream)}
    assert sorted(found) == sorted(names)
    person = slack.workspace.user_named
    assert found["Claims"].owner_user_id == person("cleo").id
    assert found["Claims"].channel_id == slack.channel("lobby").id
    assert found["Data"].owner_user_id == person("ana").id
    assert {stream.stage for stream in found.values()} == {Stage.HYBRID}
    told = slack.wait_for(lambda: ana.private_messages("payments"))[-1].text
    lobby = slack.channel("lobby").id
    assert told.startswith(f"Invite <@{slack.bot_user_id}> to <#{lobby}>: Tack is not a member")


def test_a_line_that_is_no_stream_is_said_at_the_field_and_what_was_typed_stays(slack, tack):
    ana = at_the_streams(slack)
    form = names_form(slack, ana)
    form.fill("Their names, one a line", "Payments\npayments")
    errors = form.submit().errors
    assert errors == {
        "Their names, one a line": "Line 2: There is a value stream payments already."
    }
    assert stored(tack, ValueStream) == []


def test_a_guest_owns_no_stream_and_none_is_added(slack, tack):
    slack.add_user("gus", guest=True)
    ana = at_the_streams(slack)
    form = names_form(slack, ana)
    form.fill("Their names, one a line", "Payments\nClaims")
    form.submit()
    form = slack.wait_for(lambda: ana.form().shows("2 value streams.") and ana.form())
    form.choose("Owner of Claims (CLA)", "gus")
    said = "Gus is a guest. Choose members of this workspace."
    assert form.submit().errors == {"Owner of Claims (CLA)": said}
    assert stored(tack, ValueStream) == []


def test_a_name_someone_else_took_meanwhile_adds_none_of_them(slack, shop):
    ana = slack.as_user("ana")
    ana.types("/portfolio streams", channel="payments")
    form = names_form(slack, ana)
    form.fill("Their names, one a line", "Data\nClaims")
    form.submit()
    form = slack.wait_for(lambda: ana.form().shows("2 value streams.") and ana.form())
    with shop.database.write() as session:
        first = session.get_one(ValueStream, 1)
        copy = {"workspace_id": first.workspace_id, "portfolio_id": first.portfolio_id}
        session.add(
            ValueStream(**copy, name="Claims", key_prefix="CLM", created_at=first.created_at)
        )
    errors = form.submit().errors
    assert errors == {"Owner of Data (DAT)": "There is a value stream Claims already."}
    assert "Data" not in {stream.name for stream in stored(shop, ValueStream)}


def test_many_owners_are_asked_after_side_by_side_so_that_slack_need_not_wait(slack, tack):
    people = [f"owner{number}" for number in range(8)]
    for each in people:
        slack.add_user(each, each.title())
    ana = at_the_streams(slack)
    form = names_form(slack, ana)
    form.fill(
        "Their names, one a line", "\n".join(f"Stream {each}, S{each}" for each in "ABCDEFGH")
    )
    form.submit()
    form = slack.wait_for(lambda: ana.form().shows("8 value streams.") and ana.form())
    for letter, each in zip("ABCDEFGH", people, strict=True):
        form.choose(f"Owner of Stream {letter} (S{letter})", each)
    slack.ack_within_s = 3
    slack.answer_late("users.info", 0.6, times=8)
    form.submit()
    note_on(slack, ana, "8 value streams are there now")
    ids = {slack.workspace.user_named(each).id for each in people}
    assert {stream.owner_user_id for stream in stored(tack, ValueStream)} == ids
