"""Adding several value streams at once."""

from models.portfolio.portfolio import ValueStream
from tests.commands.portfolio.test_setup import begins, note_on, steps, stored


def names_form(slack, person):
    person.form(title="Value streams").click("Add several")
    return person.form(title="Several value streams")


def at_the_streams(slack):
    ana = begins(slack)
    steps(ana).click("Value streams")
    return ana


def test_eight_streams_are_added_from_one_list_and_what_else_they_need_is_asked_later(slack, tack):
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
    form.fill("Their names, one per line", "\n".join(names).replace("Claims", "Claims, CLM"))
    form.submit()
    listed = note_on(slack, ana, "Added 8 value streams: *Payments* (PAY), *Onboarding*")
    assert listed.title == "Value streams"
    assert listed.shows(f"*Claims* · CLM · <@{ana.id}>\nno channel · project-funded")
    assert sorted(stream.name for stream in stored(tack, ValueStream)) == sorted(names)
