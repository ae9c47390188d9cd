"""Second rounds, ties, stand-ins, stakes, reasons and objections, on both databases."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from bot.views.decisions import ballot, follow_up
from bot.workflows.decisions import changing, register, speaking, standing_in
from bot.workflows.decisions.counting import last_ballots
from bot.workflows.decisions.opening.opening import open_about
from bot.workflows.decisions.voting import vote
from bot.workflows.epics.restricting import restrict
from bot.workflows.keeping import Act
from bot.workflows.permitting import lock_roles
from bot.workflows.redrawing import post
from models.audit import audit
from models.decisions.ballots import counted
from models.decisions.decision import (
    About,
    Decision,
    Ended,
    Ending,
    HasAPart,
    Method,
    NotAnOption,
    NoTieBreaker,
    NotTheirs,
    Terms,
    VotedAlready,
)
from models.decisions.delegation import (
    CannotSeeIt,
    CarriedBallot,
    CarriesEnough,
    HasVoted,
    NoStandIn,
    OwnStandIn,
    StandInForm,
    VotedThemselves,
)
from models.decisions.form import DecideForm, WithdrawForm, WordsForm
from models.decisions.opening import StillAsked
from models.decisions.question import Asked, Question
from models.decisions.thread import (
    AnswerForm,
    Failed,
    Objection,
    ObjectionForm,
    OwnObjection,
    QuestionForm,
    SetAsideForm,
)
from models.decisions.votes import AFTER_THE_LAST, Ballot, BallotBox, Closed, Said, VotedOtherwise
from models.epics.epic import Epic
from models.errors import ChangedSince, Gone
from models.evidence.items import Reading
from models.message import ROUND_KINDS, Message, MessageKind
from models.work import Work
from tests.views.reading import buttons, shown
from tests.workflows.builders import ANA, BEN, MONDAY
from tests.workflows.decisions.builders import (
    CLEO,
    CLOSES_AT,
    DANA,
    ELI,
    HOUR,
    MINUTE,
    an_mvp,
    ballots,
    closes,
    ends,
    opens,
    stored,
    the_epic,
    votes,
)

FIVE = (ANA, BEN, CLEO, DANA, ELI)
SECOND_CLOSES_AT = CLOSES_AT + timedelta(days=2)


def asked(database, *, question=Question.MVP, closes_at=CLOSES_AT, council=FIVE, **terms):
    """A decision about PAY-1 with these electors; Eli breaks ties."""
    an_mvp(database, council)
    terms = {"electors": council, "closes_at": closes_at, "tie_breaker": ELI} | terms
    with database.write(audit.Act(ANA, "form open_decision", MONDAY)) as session:
        act = Act(session, 1, ANA, MONDAY)
        lock_roles(session, 1)
        about = About.of_epic(session.get_one(Epic, 1), MONDAY)
        free = Asked.free("Do we go?") if question is Question.FREE else Asked.usual(question)
        return open_about(act, about, free, Terms(**terms), channel_id="C0PORT").id


def does(database, who, deed, *given, at=MONDAY + HOUR, **more):
    """Have someone do something in a transaction of its own."""
    with database.write(audit.Act(who, "button x", at)) as session:
        return deed(Act(session, 1, who, at), *given, **more)


def says(database, who, choice, at=MONDAY + HOUR, **said):
    with database.write(audit.Act(who, "button cast", at)) as session:
        return vote(session, 1, who, 1, choice, lambda: at, Said(**said))


def votes_for(database, who, elector, choice, at=MONDAY + HOUR):
    return does(database, who, standing_in.vote_for, elector, 1, choice, lambda: at, Said(), at=at)


def gives(database, who, to, until_on=None, at=MONDAY + MINUTE):
    form = StandInForm(stand_in_user_id=to, until_on=until_on)
    return does(database, who, standing_in.stand_in, 1, form, at=at)


def all_vote(database, *choices, at=MONDAY + HOUR):
    for who, choice in zip(FIVE, choices, strict=False):
        votes(database, 1, who, choice, at)


def box(database):
    with database.read() as session:
        return session.get_one(BallotBox, 1)


def told(database, kind):
    """To whom, or where, messages of the kind stand."""
    with database.read() as session:
        rows = select(Message.channel_id).where(Message.kind == kind).order_by(Message.id)
        return session.scalars(rows).all()


# rounds


def test_without_a_majority_everyone_is_asked_anew_for_two_working_days_between_the_first(database):
    asked(database)
    all_vote(database, "persevere", "persevere", "stop", "stop", "pivot")
    decision = closes(database, 1, MONDAY + 2 * HOUR)
    assert decision.is_open
    assert (decision.round, list(decision.offered)) == (2, ["persevere", "stop"])
    assert decision.closes_at == MONDAY.replace(day=20, hour=15)
    assert (box(database).waiting, box(database).count, box(database).last_at) == (5, 5, None)
    assert told(database, MessageKind.SECOND_ROUND) == ["C0PORT"]
    assert told(database, MessageKind.SECOND_ROUND_DM) == list(FIVE)
    with pytest.raises(NotAnOption):
        votes(database, 1, ANA, "pivot", MONDAY + 3 * HOUR)
    later = MONDAY + 3 * HOUR
    all_vote(database, "persevere", "stop", "stop", at=later)
    assert box(database).waiting == 2
    decision = ends(database, 1, SECOND_CLOSES_AT)
    assert (decision.outcome, decision.score) == ("stop", "2 to 1")
    with database.read() as session:
        numbers = session.scalars(select(Ballot.number).order_by(Ballot.number)).all()
    assert numbers == [*range(1, 9)]


def test_a_tie_in_the_second_round_waits_for_the_tie_breaker_and_takes_no_more_votes(database):
    asked(database)
    all_vote(database, "persevere", "persevere", "stop", "stop", "pivot")
    closes(database, 1, MONDAY + 2 * HOUR)
    later = MONDAY + 3 * HOUR
    all_vote(database, "persevere", "persevere", "stop", "stop", "abstain", at=later)
    decision = closes(database, 1, later + AFTER_THE_LAST)
    assert decision.is_open
    assert decision.votes is None
    assert told(database, MessageKind.TIE) == [ELI]
    with pytest.raises(Closed, match="closed at 14:10:00"):
        votes(database, 1, ANA, "stop", later + HOUR)
    form = DecideForm(outcome="stop", why="It costs too much")
    with pytest.raises(NoTieBreaker) as refused:
        does(database, BEN, changing.break_tie, 1, form, at=later + HOUR)
    assert refused.value.ask == (ELI,)
    does(database, ELI, changing.break_tie, 1, form, at=later + HOUR)
    decision = stored(database)
    assert (decision.outcome, decision.decided_by, decision.why) == ("stop", ELI, form.why)
    assert decision.score == "2 to 2"
    assert the_epic(database) == "Stopped"


def breaks(database):
    form = DecideForm(outcome="stop", why="It costs too much")
    does(database, ELI, changing.break_tie, 1, form, at=MONDAY + 5 * HOUR)


def withdraws(database):
    form = WithdrawForm(why="Not now")
    version = stored(database).version
    does(database, ANA, changing.withdraw, 1, version, form, at=MONDAY + 5 * HOUR)


def drawn_by(database, deed, *given):
    """The kinds of messages that are drawn anew by what is done."""
    with database.write() as session:
        session.execute(delete(Work))
    deed(database, *given)
    with database.read() as session:
        keys = session.scalars(select(Work.key)).all()
        return {each.kind for each in session.scalars(select(Message)) if each.work_key in keys}


@pytest.mark.parametrize("end", [breaks, withdraws])
def test_what_asked_for_anything_is_drawn_anew_at_a_tie_and_at_the_end(database, end):
    asked(database)
    gives(database, BEN, ANA)
    does(database, ANA, speaking.QUESTIONS.ask, 1, QuestionForm(words="Why?"))
    with database.write() as session:
        post(session, 1, MessageKind.BALLOT_REMINDER, 1, BEN, MONDAY)
    for at in (MONDAY + HOUR, MONDAY + 3 * HOUR):
        all_vote(database, "persevere", "persevere", "stop", "stop", "abstain", at=at)
        drawn = drawn_by(database, closes, 1, at + AFTER_THE_LAST)
    assert MessageKind.BALLOT_REMINDER in drawn
    with database.read() as session:
        reminder = follow_up.reminder(session, session.get_one(Decision, 1), MONDAY)
        assert buttons(reminder.blocks) == ["Read the decision: PAY-1"]
    beside = {MessageKind.STAND_IN, MessageKind.BALLOT_QUESTION, MessageKind.BALLOT_REMINDER}
    assert drawn_by(database, end) >= {*ROUND_KINDS, *beside}


def test_who_owns_or_proposed_the_epic_is_not_named_to_break_a_tie(database):
    an_mvp(database)
    with pytest.raises(HasAPart) as refused:
        opens(database, tie_breaker=ANA)
    assert list(refused.value.errors) == ["tie_breaker"]
    assert stored(database, opens(database, tie_breaker=CLEO)).tie_breaker == CLEO


def test_a_tie_that_nobody_is_named_to_break_passes_nothing(database):
    asked(database, tie_breaker=None)
    all_vote(database, "persevere", "persevere", "stop", "stop")
    closes(database, 1, CLOSES_AT)
    all_vote(database, "persevere", "persevere", "stop", "stop", at=CLOSES_AT + HOUR)
    assert closes(database, 1, SECOND_CLOSES_AT).ending is Ending.NO_MAJORITY


# stakes and reasons


def test_who_has_a_stake_is_not_counted_and_can_still_vote(database):
    asked(database)
    says(database, ANA, "recused")
    says(database, BEN, "recused")
    assert (box(database).waiting, box(database).recused) == (3, 2)
    says(database, ANA, "stop", MONDAY + 2 * HOUR)
    assert (box(database).waiting, box(database).recused) == (3, 1)
    for who in (CLEO, DANA, ELI):
        says(database, who, "stop", MONDAY + 2 * HOUR)
    decision = ends(database, 1, MONDAY + 2 * HOUR + AFTER_THE_LAST)
    assert (decision.outcome, decision.result.asked) == ("stop", 4)


def test_where_too_few_are_left_for_the_quorum_it_ends_without_waiting_for_the_others(database):
    asked(database)
    for who in (ANA, BEN, CLEO):
        says(database, who, "recused")
    assert closes(database, 1, MONDAY + HOUR + AFTER_THE_LAST).ending is Ending.NO_QUORUM


def test_where_all_have_a_stake_in_it_nobody_is_waited_for_and_nothing_moves(database):
    asked(database, question=Question.GO, method=Method.CONSENT)
    for who in FIVE:
        says(database, who, "recused")
    decision = closes(database, 1, MONDAY + HOUR + AFTER_THE_LAST)
    assert (decision.ending, decision.extended_at) == (Ending.NO_QUORUM, None)
    assert (decision.result.recused, decision.result.asked) == (5, 0)
    assert the_epic(database) == "Testing the MVP"


def test_a_reason_is_kept_with_the_vote_it_belongs_to(database):
    asked(database, reason_required=True)
    says(database, ANA, "abstain")
    with pytest.raises(Exception, match="Say why"):
        says(database, BEN, "stop")
    says(database, BEN, "stop", reason="It is late", saw_up_to=7)
    says(database, BEN, "stop", MONDAY + 2 * HOUR, reason="It is late, and dear", adds_to="stop")
    with pytest.raises(VotedOtherwise):
        says(database, BEN, "pivot", reason="Why", adds_to="pivot")
    with database.read() as session:
        kept = session.execute(select(Ballot.reason, Ballot.saw_up_to).order_by(Ballot.number))
        assert kept.all() == [(None, None), ("It is late", 7), ("It is late, and dear", None)]
    assert box(database).waiting == 3


# stand-ins


def test_a_stand_in_votes_by_name_and_both_names_are_in_the_record(database):
    asked(database)
    gives(database, BEN, ANA)
    assert told(database, MessageKind.STAND_IN) == [ANA]
    votes_for(database, ANA, BEN, "stop")
    assert (box(database).waiting, ballots(database)) == (4, [(BEN, "stop")])
    with database.read() as session:
        record = register.record(Act(session, 1, BEN, MONDAY + HOUR), 1, 1)
        assert (record.chosen, record.stand_in) == (None, ANA)
        mine = register.record(Act(session, 1, ANA, MONDAY + HOUR), 1, 1)
        assert [(each.user_id, each.chosen) for each in mine.carries] == [(BEN, "Stop")]
    for who in (CLEO, DANA):
        votes(database, 1, who, "stop")
    ends(database, 1, CLOSES_AT)
    with database.read() as session:
        voice = register.record(Act(session, 1, CLEO, CLOSES_AT), 1, 1).voices[0]
        assert (voice.user_id, voice.by, voice.choice) == (BEN, ANA, "Stop")


def test_ones_own_vote_wins_and_ends_it(database):
    asked(database)
    gives(database, BEN, ANA)
    votes_for(database, ANA, BEN, "stop")
    says(database, BEN, "stop", MONDAY + 2 * HOUR)
    with pytest.raises(VotedThemselves):
        votes_for(database, ANA, BEN, "pivot", MONDAY + 3 * HOUR)
    with database.read() as session:
        mine = last_ballots(session, session.get_one(Decision, 1))[BEN]
        assert (mine.choice, mine.cast_by) == ("stop", None)


def test_only_who_stands_in_votes_for_them_and_nobody_carries_three(database):
    asked(database)
    with pytest.raises(NoStandIn):
        votes_for(database, ANA, BEN, "stop")
    with pytest.raises(OwnStandIn):
        gives(database, BEN, BEN)
    gives(database, BEN, ANA)
    gives(database, CLEO, ANA, until_on=MONDAY.date() + timedelta(days=9))
    with pytest.raises(CarriesEnough):
        gives(database, DANA, ANA)
    gives(database, BEN, DANA)
    gives(database, ELI, ANA)
    with pytest.raises(NoStandIn):
        votes_for(database, ANA, BEN, "stop")
    with pytest.raises(NoStandIn):
        votes_for(database, ANA, CLEO, "recused")
    votes_for(database, ANA, CLEO, "stop")


def test_who_is_not_to_stand_in_any_more_sees_that(database):
    asked(database)
    gives(database, BEN, ANA)
    with database.write() as session:
        session.execute(delete(Work))
    gives(database, BEN, CLEO, at=MONDAY + 2 * MINUTE)
    with database.read() as session:
        keys = session.scalars(select(Work.key)).all()
        drawn = [
            each.channel_id for each in session.scalars(select(Message)) if each.work_key in keys
        ]
    assert {ANA, CLEO} <= set(drawn)


def test_who_has_voted_has_nobody_stand_in(database):
    asked(database)
    votes(database, 1, BEN, "stop")
    with pytest.raises(HasVoted):
        gives(database, BEN, ANA)


def test_until_a_day_it_holds_for_every_ballot_and_not_after_it(database):
    asked(database)
    gives(database, BEN, ANA, until_on=MONDAY.date() + timedelta(days=1))
    votes_for(database, ANA, BEN, "stop", MONDAY + 24 * HOUR)
    with pytest.raises(NoStandIn):
        votes_for(database, ANA, BEN, "pivot", MONDAY + 48 * HOUR)


def until_friday(database, who, to, at=MONDAY + MINUTE):
    form = StandInForm(stand_in_user_id=to, until_on=MONDAY.date() + timedelta(days=4))
    return does(database, who, standing_in.stand_in_until, 1, form, at=at)


def sent(database, number):
    """So manieth ballot of a stand-in, as they have it."""
    with database.read() as session:
        carried = session.get_one(CarriedBallot, number)
        return ballot.for_stand_in(session, carried, MONDAY + HOUR)


def test_until_a_day_a_stand_in_is_sent_each_ballot_with_the_buttons_for_that_person(database):
    asked(database)
    until_friday(database, BEN, DANA)
    opens(database, question=Question.FREE, asks="Which market?", people=(BEN, CLEO))
    opens(database, question=Question.FREE, asks="Which bank?", people=(CLEO,))
    assert told(database, MessageKind.STAND_IN_BALLOT) == [DANA, DANA]
    first, second = sent(database, 1), sent(database, 2)
    assert "You vote for @Ben here" in " ".join(shown(second))
    assert buttons(second.blocks) == ["Yes: PAY-1", "No: PAY-1", "Abstain: PAY-1"]
    assert f'"user":"{BEN}"' in str(first.blocks)
    with database.write() as session:
        session.execute(delete(Work))
    says(database, BEN, "stop")
    with database.read() as session:
        drawn = [m for m in session.scalars(select(Message)) if session.get(Work, (1, m.work_key))]
    assert (DANA, MessageKind.STAND_IN_BALLOT) in {(each.channel_id, each.kind) for each in drawn}
    assert buttons(sent(database, 1).blocks) == []


def test_nobody_comes_to_carry_three_by_a_day(database):
    asked(database)
    gives(database, BEN, ANA)
    gives(database, CLEO, ANA)
    with pytest.raises(CarriesEnough):
        until_friday(database, DANA, ANA)
    until_friday(database, DANA, BEN)


def test_a_stand_in_gets_nothing_of_what_they_may_not_see(database):
    asked(database)
    until_friday(database, BEN, "U0FAY")
    with database.write() as session:
        session.get_one(Epic, 1).restricted = True
    opens(database, question=Question.FREE, asks="Which bank?")
    assert told(database, MessageKind.STAND_IN_BALLOT) == ["U0FAY"]
    assert shown(sent(database, 1)) == [
        "You do not vote for @Ben on D-1: it is about an epic that you may not see."
    ]
    with pytest.raises(Gone):
        votes_for(database, "U0FAY", BEN, "stop")
    with pytest.raises(CannotSeeIt):
        gives(database, CLEO, "U0FAY")


def restricts(database, *named, restricted=True):
    with database.write() as session:
        restrict(session, 1, ANA, 1, named, MONDAY + HOUR, restricted=restricted)


def test_restricted_while_they_vote_it_goes_on_in_direct_messages_alone(database):
    many = [f"U{number}" for number in range(30)]
    asked(database, electors=(*FIVE, *many))
    with pytest.raises(StillAsked, match="D-1 asks people who would not see PAY-1") as refused:
        restricts(database, *many[1:])
    assert refused.value.named == ("U0",)
    drawn = drawn_by(database, restricts, *many)
    assert {MessageKind.BALLOT, MessageKind.BALLOT_DM} <= drawn
    assert len(told(database, MessageKind.BALLOT_DM)) == 35
    with database.read() as session:
        decision = session.get_one(Decision, 1)
        assert shown(ballot.in_channel(session, decision, MONDAY)) == [
            "D-1 is a vote on a restricted epic; its electors see it with /decision show D-1."
        ]
        assert "Pay by bank" in str(ballot.drawn(session, decision, MONDAY).blocks)
    with pytest.raises(StillAsked):
        restricts(database)


def test_what_was_opened_restricted_comes_to_the_channel_once_everybody_may_see_it(database):
    an_mvp(database, FIVE)
    restricts(database)
    opens(database)
    assert told(database, MessageKind.BALLOT) == []
    restricts(database, restricted=False)
    assert told(database, MessageKind.BALLOT) == ["C0PORT"]


# consent


def objects(database, who, at=MONDAY + HOUR, harm="Refunds take longer"):
    form = ObjectionForm(harm=harm, remedy="Start without returns")
    return does(database, who, speaking.object_to, 1, form, lambda: at, at=at)


def by_consent(database, **more):
    return asked(database, question=Question.FREE, method=Method.CONSENT, **more)


def test_by_consent_an_objection_keeps_it_from_passing_until_it_is_withdrawn(database):
    by_consent(database)
    all_vote(database, "no objection", "no objection", "no objection", "abstain")
    with pytest.raises(NotAnOption):
        says(database, ELI, "object")
    objects(database, ELI)
    objects(database, ELI, MONDAY + 2 * HOUR, harm="Refunds take three days")
    with database.read() as session:
        objection = session.scalars(select(Objection)).one()
        assert (objection.harm, objection.stands) == ("Refunds take three days", True)
    assert told(database, MessageKind.OBJECTION) == ["C0PORT"]
    assert told(database, MessageKind.OBJECTION_DM) == [ANA, ELI]
    says(database, ELI, "no objection", MONDAY + 3 * HOUR)
    with database.read() as session:
        assert session.scalars(select(Objection)).one().withdrawn_at == MONDAY + 3 * HOUR
    decision = closes(database, 1, MONDAY + 3 * HOUR + AFTER_THE_LAST)
    assert (decision.outcome, decision.score) == ("yes", "4 to 0")


def test_the_tie_breaker_sets_an_objection_aside_with_a_reason_and_never_their_own(database):
    by_consent(database)
    all_vote(database, "no objection", "no objection", "no objection")
    objects(database, DANA)
    objects(database, ELI)
    form = SetAsideForm(failed=Failed.HARM, because="No one returns these")
    for who, number, refusal in ((BEN, 1, NoTieBreaker), (ELI, 2, OwnObjection)):
        with pytest.raises(refusal):
            does(database, who, speaking.set_aside, number, 1, form)
    does(database, ELI, speaking.set_aside, 1, 1, form)
    with pytest.raises(ChangedSince):
        does(database, ELI, speaking.set_aside, 1, 1, form)
    assert box(database).objections == 1
    says(database, ELI, "abstain", MONDAY + 2 * HOUR)
    decision = closes(database, 1, MONDAY + 2 * HOUR + AFTER_THE_LAST)
    assert (decision.outcome, decision.score) == ("yes", "3 to 1")


def test_while_an_objection_stands_it_does_not_close_before_its_time(database):
    by_consent(database)
    all_vote(database, "no objection", "no objection", "no objection", "no objection")
    objects(database, ELI)
    assert closes(database, 1, MONDAY + 24 * HOUR).is_open
    form = SetAsideForm(failed=Failed.HARM, because="No one returns these")
    with database.write() as session:
        session.get_one(Decision, 1).tie_breaker = BEN
    does(database, BEN, speaking.set_aside, 1, 1, form, at=MONDAY + 25 * HOUR)
    assert closes(database, 1, MONDAY + 25 * HOUR).is_open
    assert closes(database, 1, MONDAY + 25 * HOUR + AFTER_THE_LAST).outcome == "yes"


def test_an_objection_that_is_left_passes_nothing(database):
    by_consent(database)
    all_vote(database, "no objection", "no objection", "no objection", "no objection")
    objects(database, ELI)
    assert closes(database, 1, CLOSES_AT).ending is Ending.NO_MAJORITY


def test_an_objection_on_the_last_working_day_moves_the_close_by_one_once(database):
    by_consent(database)
    objects(database, DANA, CLOSES_AT - HOUR)
    assert stored(database).closes_at == CLOSES_AT + timedelta(days=1)
    closes(database, 1, CLOSES_AT)
    assert stored(database).is_open
    objects(database, ELI, CLOSES_AT + 20 * HOUR)
    assert stored(database).closes_at == CLOSES_AT + timedelta(days=1)


# beside and instead


def test_a_question_stands_in_the_thread_until_someone_answers_it(database):
    asked(database)
    does(database, CLEO, speaking.QUESTIONS.ask, 1, QuestionForm(words="Why two days?"))
    assert told(database, MessageKind.BALLOT_QUESTION) == ["C0PORT"]
    assert told(database, MessageKind.BALLOT_QUESTION_DM) == [ANA]
    with database.read() as session:
        assert register.standing(session, session.get_one(Decision, 1)).questions == 1
    does(database, BEN, speaking.QUESTIONS.answer, 1, 1, AnswerForm(answer="The bank needs them"))
    with pytest.raises(ChangedSince):
        does(database, ANA, speaking.QUESTIONS.answer, 1, 1, AnswerForm(answer="They do"))
    with database.read() as session:
        assert register.standing(session, session.get_one(Decision, 1)).questions == 0
    form = WithdrawForm(why="We know enough")
    does(database, ANA, changing.withdraw, 1, 1, form)
    with database.read() as session:
        asked_before = register.standing(session, session.get_one(Decision, 1)).asked
        assert [(each.words, each.answered_by) for each in asked_before] == [("Why two days?", BEN)]


def test_its_words_can_be_changed_until_the_first_vote(database):
    asked(database)
    form = WordsForm(recommended="stop", because="It is late")
    with pytest.raises(NotTheirs, match=r"^Only the person who opened D-1"):
        does(database, CLEO, changing.change_words, 1, 1, form)
    does(database, BEN, changing.change_words, 1, 1, form)
    assert (stored(database).recommended, stored(database).because) == ("stop", "It is late")
    votes(database, 1, CLEO, "stop")
    with pytest.raises(VotedAlready):
        does(database, ANA, changing.change_words, 1, 2, form)


def test_changed_after_a_vote_everyone_is_asked_anew_and_no_ballot_is_carried_over(database):
    asked(database)
    votes(database, 1, CLEO, "stop")
    form = WordsForm(because="New figures", closes_on=CLOSES_AT.date(), why="A month has passed")
    again = does(database, ANA, changing.ask_again, 1, 1, form)
    before = stored(database)
    assert (before.ending, before.effect) == (Ending.REPLACED, "asked again as D-2")
    assert (again.electorate, again.tie_breaker, again.replaces_id) == (list(FIVE), ELI, 1)
    assert ballots(database, 2) == []
    with pytest.raises(Closed):
        votes(database, 1, BEN, "stop", MONDAY + 2 * HOUR)
    with database.read() as session:
        voices = register.record(Act(session, 1, BEN, MONDAY + 2 * HOUR), 1, 1).voices
        assert {each.choice for each in voices} == {None}


def test_a_question_of_its_own_is_put_in_other_words_at_first_and_when_it_is_asked_again(database):
    asked(database, question=Question.FREE)
    does(database, ANA, changing.change_words, 1, 1, WordsForm(asks="Do we go in June?"))
    votes(database, 1, CLEO, "yes")
    form = WordsForm(asks="Do we go in July?", closes_on=CLOSES_AT.date())
    again = does(database, ANA, changing.ask_again, 1, 2, form)
    assert (stored(database).asks, again.asks) == ("Do we go in June?", "Do we go in July?")


def test_it_is_withdrawn_with_a_reason_and_its_record_stays(database):
    asked(database)
    votes(database, 1, CLEO, "stop")
    form = WithdrawForm(why="We know enough")
    does(database, ANA, changing.withdraw, 1, 1, form)
    decision = stored(database)
    assert (decision.ending, decision.why, decision.decided_by) == (
        Ending.WITHDRAWN,
        "We know enough",
        ANA,
    )
    with database.read() as session:
        assert session.get(Work, (1, "remind:1")) is None
    assert closes(database, 1, CLOSES_AT).votes is None
    with pytest.raises(Ended):
        does(database, ANA, changing.withdraw, 1, 2, form)


def test_counted_is_the_last_own_ballot_and_a_stand_ins_only_without_one():
    def pressed(number, who, choice, by=None):
        return Ballot(number=number, user_id=who, choice=choice, cast_by=by)

    found = counted(
        [
            pressed(1, BEN, "stop", ANA),
            pressed(2, CLEO, "pivot"),
            pressed(3, BEN, "pivot"),
            pressed(4, BEN, "persevere", ANA),
            pressed(5, CLEO, "stop"),
            pressed(6, DANA, "stop", ANA),
            pressed(7, DANA, "pivot", ANA),
        ]
    )
    assert {who: each.choice for who, each in found.items()} == {
        BEN: "pivot",
        CLEO: "stop",
        DANA: "pivot",
    }


def test_what_came_since_the_opening_is_known_and_a_ballot_keeps_up_to_when(database):
    asked(database)
    with database.write() as session:
        epic = session.get_one(Epic, 1)
        epic.indicator = "Completion, %"
        later = MONDAY + HOUR
        reading = Reading.of(epic, Decimal(65), MONDAY.date(), by=ANA, at=later, link=None)
        session.add(reading)
        epic.evidence_at = later
    with database.read() as session:
        stands = register.standing(session, session.get_one(Decision, 1))
        assert (stands.news.reading.value, stands.news.observations) == (Decimal(65), 0)
        assert stands.saw == int(later.timestamp()) + 1
