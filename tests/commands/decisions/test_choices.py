"""What else can be chosen where a decision is opened: the question, who votes, how many must."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from models.decisions.decision import Decision, Way
from models.decisions.question import Question
from models.epics.epic import Epic
from models.people.role import Role, RoleGrant
from tests.commands.decisions.conftest import ballot, ballot_of_others, dm


def opening(slack, who="ana"):
    person = slack.as_user(who)
    person.types("/decision open PAY-1", channel="payments")
    return person, person.form(title="Open a decision")


def stored(tack):
    with tack.database.read() as session:
        return session.scalars(select(Decision)).one()


def test_more_choices_grow_the_form_and_keep_what_was_typed(slack, mvp):
    with mvp.database.write() as session:
        session.scalars(select(Epic)).one().target = Decimal(68)
    ana, form = opening(slack)
    assert "Who votes?" not in str(form.blocks)
    form.fill("Why?", "64 % after six weeks")
    form.click("More choices")
    form = ana.form(title="Open a decision")
    assert form.value("Why?") == "64 % after six weeks"
    dana, cleo = (slack.workspace.user_named(name).id for name in ("dana", "cleo"))
    form.choose("Who votes?", "dana", "cleo")
    form.fill("How many must vote?", "3")
    assert not form.submit().closed
    assert form.errors == {"How many must vote?": "There are 2 electors."}
    form.fill("How many must vote?", "1")
    form.fill("How sure are you that the target will be reached, in %?", "70")
    form.choose("Reasons", "Every vote needs a reason")
    form.fill("When do we look again?", "2026-05-25")
    assert not form.submit().closed
    assert form.errors == {"When do we look again?": "Choose a day after it closes."}
    form.fill("When do we look again?", "2026-10-01")
    assert form.submit().closed, form.errors
    assert ballot_of_others(slack).shows("At least 1 of 2 must vote.")
    assert dm(slack, "dana").shows("64 % after six weeks.")
    assert dm(slack, "dana").shows("is 70 % sure that the target is reached: 64 % after six weeks.")
    kept = stored(mvp)
    assert (kept.electorate, kept.electors_are) == ([dana, cleo], "those named")
    assert kept.look_again_on == date(2026, 10, 1)
    assert kept.reason_required


def test_a_role_votes_without_its_stand_ins(slack, mvp):
    with mvp.database.write() as session:
        epic = session.scalars(select(Epic)).one()
        here = {"workspace_id": epic.workspace_id, "value_stream_id": epic.value_stream_id}
        dana = slack.workspace.user_named("dana").id
        session.add(RoleGrant(**here, role=Role.STREAM_OWNER, user_id=dana, stand_in=True))
    _, form = opening(slack)
    form.click("More choices")
    form = slack.as_user("ana").form(title="Open a decision")
    form.choose("… everyone with a role", "Value-stream owner")
    assert form.submit().closed, form.errors
    ballot_of_others(slack)
    assert stored(mvp).electorate == [slack.workspace.user_named("ben").id]


def test_who_is_in_a_user_group_when_it_is_opened_votes_whoever_is_in_it_later(slack, mvp):
    slack.add_user_group("checkout", ["cleo", "dana"])
    _, form = opening(slack)
    form.click("More choices")
    form = slack.as_user("ana").form(title="Open a decision")
    form.choose("… and user groups", "@checkout")
    assert form.submit().closed, form.errors
    ballot_of_others(slack)
    slack.change_user_group("checkout", ["ben"])
    kept = stored(mvp)
    there = [slack.workspace.user_named(name).id for name in ("cleo", "dana")]
    assert (kept.electorate, kept.electors_are) == (there, "@checkout")


def test_a_free_question_has_answers_of_its_own_and_moves_nothing(slack, mvp):
    ana, form = opening(slack)
    form.click("Ask something else")
    form = ana.form(title="Open a decision")
    assert not form.submit().closed
    form.fill("What do you ask?", "?!")
    assert not form.submit().closed
    assert "Write the question" in str(form.errors)
    form.fill("What do you ask?", "Which market comes next?")
    form.fill("Which answers are there, one per line?", "Spain\nFrance\nItaly")
    assert form.submit().closed, form.errors
    shown = ballot(slack)
    assert shown.text.startswith("PAY-1 · Which market comes next?")
    assert [b for b in ("Spain", "France", "Italy") if b in shown.buttons] == [
        "Spain",
        "France",
        "Italy",
    ]
    ana.click("Spain", in_message=shown)
    said = slack.wait_for(lambda: [m.text for m in ana.private_messages() if "Spain" in m.text])
    assert said[0].startswith("Your vote on PAY-1: Spain.")
    assert stored(mvp).question is Question.FREE


def test_words_behind_the_key_are_the_question_also_where_more_is_asked(slack, mvp):
    ana = slack.as_user("ana")
    ana.types("/decision open PAY-1 Which market comes next?", channel="payments")
    form = ana.form(title="Open a decision")
    assert form.value("What do you ask?") == "Which market comes next?"
    form.click("More choices")
    form = ana.form(title="Open a decision")
    assert form.value("What do you ask?") == "Which market comes next?"


def test_who_could_decide_alone_can_put_it_to_a_vote(slack, mvp):
    with mvp.database.write() as session:
        session.scalars(select(Epic)).one().full_cost_minor = 1_000_000
    ben = slack.as_user("ben")
    ben.types("/decision open PAY-1", channel="payments")
    ben.form(title="Decide").click("Put it to a vote")
    form = ben.form(title="Open a decision")
    form.submit()
    ballot(slack)
    kept = stored(mvp)
    assert (kept.way, kept.electors_are, len(kept.electorate)) == (Way.VOTE, "the council", 3)


def test_of_a_restricted_epic_who_may_not_see_it_is_named_and_nobody_is_asked(slack, mvp):
    with mvp.database.write() as session:
        session.scalars(select(Epic)).one().restricted = True
    ana, form = opening(slack)
    form.click("More choices")
    form = ana.form(title="Open a decision")
    form.choose("Who votes?", "cleo", "dana")
    form.submit()
    assert "They are: Dana" in str(form.errors)
    with mvp.database.read() as session:
        assert session.scalars(select(Decision)).all() == []


def test_a_restricted_epics_ballot_goes_to_its_electors_alone(slack, mvp):
    with mvp.database.write() as session:
        session.scalars(select(Epic)).one().restricted = True
    _, form = opening(slack)
    assert form.submit().closed
    assert dm(slack, "cleo").text.startswith("PAY-1 · Persevere, pivot or stop?")
    assert not [m for m in slack.channel("portfolio").messages if "vote" in m.text]
