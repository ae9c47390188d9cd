"""Nobody is asked more than twice a week: a third time waits for Monday, or says that it cannot."""

from datetime import timedelta

from sqlalchemy import select

from models.decisions.decision import Decision
from models.decisions.opening import PlannedOpening
from models.epics.epic import Epic
from models.people.role import RoleGrant
from models.work import Work
from tests.commands.decisions.conftest import opens

NEXT_MONDAY = timedelta(days=7)


def asks(slack, words, who="ana"):
    """Open a free question about PAY-1; gives the form."""
    person = slack.as_user(who)
    person.types(f"/decision open PAY-1 {words}", channel="payments")
    return person.form(title="Open a decision")


def questions(tack):
    with tack.database.read() as session:
        return [each.asks for each in session.scalars(select(Decision).order_by(Decision.id))]


def twice(slack):
    opens(slack)
    assert asks(slack, "First?").submit().closed


def test_a_third_one_waits_until_monday_at_nine(slack, mvp):
    twice(slack)
    form = asks(slack, "Second?")
    assert form.shows("3 of 3 were asked twice this week already.")
    form.choose("When are they asked?", "On Monday at 9:00")
    assert form.submit().closed, form.errors
    assert questions(mvp) == ["Persevere, pivot or stop?", "First?"]
    slack.clock.set(slack.clock.now().replace(hour=7) + NEXT_MONDAY)  # 9:00 in Berlin
    slack.wait_for(lambda: questions(mvp)[2:] == ["Second?"])
    with mvp.database.read() as session:
        third = session.scalars(select(Decision).where(Decision.asks == "Second?")).one()
        assert (third.closes_at - third.opened_at).days == 7
        assert session.scalars(select(PlannedOpening)).all() == []


def test_or_it_is_asked_now_all_the_same_and_never_without_a_word(slack, mvp):
    twice(slack)
    form = asks(slack, "Second?")
    assert not form.submit().closed
    assert "Choose Monday at 9:00, or now anyway." in str(form.errors)
    form.choose("When are they asked?", "Now anyway")
    assert form.submit().closed, form.errors
    assert questions(mvp)[2:] == ["Second?"]


def test_what_is_planned_stands_in_the_list_and_can_be_taken_back(slack, mvp):
    twice(slack)
    form = asks(slack, "Second?")
    form.choose("When are they asked?", "On Monday at 9:00")
    assert form.submit().closed
    dana, ben = slack.as_user("dana"), slack.as_user("ben")
    dana.types("/decision list open second?", channel="payments")
    listed = dana.form(title="Decisions")
    assert listed.shows("*PAY-1 Pay by bank transfer*\nSecond? Opens ")
    assert "Take it back" not in listed.buttons
    dana.types("/decision list decided", channel="payments")
    assert dana.form(title="Decisions").shows("No decision matches.")
    ben.types("/decision list", channel="payments")
    listed = ben.form(title="Decisions")
    assert listed.shows("*3 decisions*")
    listed.click("Take it back")
    slack.wait_for(lambda: listed.shows("*2 decisions*"))
    with mvp.database.read() as session:
        assert session.scalars(select(PlannedOpening)).all() == []
        assert session.scalars(select(Work.key).where(Work.key.startswith("open:"))).all() == []


def test_what_cannot_be_opened_on_monday_is_told_to_who_planned_it(slack, mvp):
    twice(slack)
    form = asks(slack, "Second?")
    form.choose("When are they asked?", "On Monday at 9:00")
    assert form.submit().closed
    with mvp.database.write() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.role == "council")):
            session.delete(grant)
    slack.clock.set(slack.clock.now().replace(hour=7) + NEXT_MONDAY)
    told = slack.wait_for(lambda: [m for m in slack.dm("ana").messages if "as planned" in m.text])
    assert "nobody can vote" in told[0].text
    assert len(questions(mvp)) == 2
    with mvp.database.read() as session:
        assert session.scalars(select(Epic)).one().key == "PAY-1"
