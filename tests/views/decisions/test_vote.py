"""What is said of voting, word for word: methods, rounds, stand-ins, objections, questions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.slack.answers import Answer
from bot.views.decisions import ballot, thread
from bot.views.decisions import list as register
from bot.views.decisions.actions import DecisionShown
from bot.workflows.decisions.register import Carried, News, Record, Standing, Voice
from bot.workflows.decisions.voting import Vote
from models.decisions.decision import Method
from models.decisions.delegation import Delegation
from models.decisions.question import Question
from models.decisions.thread import BallotQuestion, Failed, Objection
from models.evidence.items import Reading
from models.portfolio.portfolio import Phase
from tests.views.builders import (
    ANA,
    BEN,
    CLEO,
    DANA,
    ELI,
    HOSTILE,
    MONDAY,
    a_decision,
    an_epic,
    closed,
)
from tests.views.reading import buttons, shown

COUNCIL = (BEN, CLEO, DANA, ELI, ANA, *(f"U{n}" for n in range(4)))
HOUR = timedelta(hours=1)


def standing(*voted, epic=None, recused=(), objections=(), questions=0, **more):
    epic = epic or an_epic("implementing", phase=Phase.TESTING, mvp_cost_minor=6_000_000)
    more = {"electors": COUNCIL} | more
    decision = a_decision(epic, voted=len(voted), **more)
    return Standing(decision, decision.box, voted, recused, objections, questions)


def by_consent(*voted, **more):
    epic = an_epic("analyzing")
    terms = {"method": Method.CONSENT, "tie_breaker": BEN}
    return standing(*voted, epic=epic, question=Question.GO, terms=terms, **more)


def an_objection(**more):
    facts = {
        "id": 1,
        "user_id": DANA,
        "harm": "Refunds take 2 days longer",
        "remedy": "start without returns",
        "raised_at": MONDAY,
        "version": 1,
    }
    return Objection(**(facts | more))


def rule(stands):
    return shown(ballot.ballot(stands))[-1].splitlines()


# the rule


def test_each_method_says_its_rule_on_the_ballot():
    assert rule(standing(terms={"tie_breaker": BEN}))[0] == (
        "More than half of all votes for an option decides, else a second round, and a tie in it "
        "goes to @Ben. At least 5 of 9 must vote."
    )
    two_thirds = standing(question=Question.GO, terms={"method": Method.TWO_THIRDS})
    assert rule(two_thirds)[0] == (
        "Two thirds of all votes for an option decide, else nothing moves. "
        "At least 5 of 9 must vote."
    )
    assert rule(standing(question=Question.GO))[0] == (
        "More than half of all votes for an option decides, else nothing moves. "
        "At least 5 of 9 must vote."
    )
    assert rule(by_consent())[0] == (
        "It passes if at least one person says “no objection” and no objection is left; @Ben can "
        "set one aside, with a reason. At least 5 of 9 must vote."
    )


def test_a_second_round_shows_what_is_left_and_who_breaks_a_tie():
    stands = standing(terms={"tie_breaker": BEN})
    stands.decision.ask_again(["persevere", "stop"], MONDAY + 48 * HOUR)
    answer = ballot.ballot(stands)
    assert buttons(answer.blocks)[:3] == ["Persevere: PAY-12", "Stop: PAY-12", "Ask a question"]
    assert rule(stands)[0] == (
        "*Second round*: the most votes decide, a tie goes to @Ben. Earlier votes do not count. "
        "At least 5 of 9 must vote."
    )
    said = shown(thread.second_round(None, stands.decision, MONDAY))[0]
    assert said == (
        "*PAY-12 · Persevere, pivot or stop?* goes into a second round between Persevere and Stop: "
        "no choice had more than half. Everyone votes again until {Wed 20 May, 11:00}; earlier "
        "votes do not count."
    )


def test_a_tie_has_no_buttons_to_vote_and_says_who_decides():
    stands = standing(CLEO, ELI, terms={"tie_breaker": BEN})
    stands.decision.tie(["persevere", "stop"], MONDAY + HOUR)
    answer = ballot.ballot(stands)
    assert buttons(answer.blocks) == []
    assert shown(answer)[-1] == (
        "The vote closed {Mon 18 May, 12:00} with a tie between Persevere and Stop. @Ben decides "
        "between them, with a reason. Voted (2): @Cleo, @Eli.\n"
        "Who voted what is in the record after that."
    )
    asked = thread.tie(None, stands.decision, MONDAY)
    assert shown(asked)[0] == (
        "*PAY-12 · Persevere, pivot or stop?* ended in a tie between Persevere and Stop, and you "
        "decide between them. Your reason is shown in the result."
    )
    assert buttons(asked.blocks) == ["Decide PAY-12"]


def test_where_nobody_is_waited_for_it_says_when_it_closes_and_that_a_press_counts_until_then():
    stands = standing(BEN, CLEO, ELI, electors=(BEN, CLEO, ELI))
    stands.box.last_at = MONDAY
    soon = "it closes {Mon 18 May, 11:10}, ten minutes after the last press; a press until then"
    said = rule(stands)[1]
    assert said == f"Everyone has voted: {soon} counts. Voted (3): @Ben, @Cleo, @Eli."
    stands.box.waiting, stands.box.recused = 1, 2
    assert rule(stands)[1].startswith(f"Too few are left to vote: {soon}")
    stands.box.recused = 0
    assert "or ten minutes after the 3rd press" in rule(stands)[1]


def test_who_has_a_stake_in_it_is_named_apart():
    assert rule(standing(CLEO, recused=(DANA,)))[1].endswith(
        "Voted (1): @Cleo. With a stake in it, and without a vote: @Dana."
    )


def test_a_result_of_a_tie_says_who_decided_and_why():
    stands = standing(terms={"tie_breaker": BEN})
    decision = stands.decision
    decision.ask_again(["persevere", "stop"], MONDAY + 48 * HOUR)
    tally = decision.tally(["persevere"] * 3 + ["stop"] * 3)
    decision.tie(decision.verdict(tally).options, MONDAY + HOUR)
    decision.break_tie(tally, "stop", "It costs too much", BEN, MONDAY + 2 * HOUR)
    decision.effect = "stopped"
    title, counted, effect, *_ = shown(ballot.result(stands))
    assert title == "PAY-12 · Decided: stop"
    assert counted.startswith("3 persevere, *3 stop* · 3 of 9 did not vote")
    assert effect == (
        "The vote was a tie; @Ben decided: It costs too much.\nDone with it: stopped."
    )


# consent


def test_by_consent_objections_are_open_and_read_beside_the_sealed_votes():
    stands = by_consent(CLEO, DANA, objections=[an_objection()], questions=2)
    texts = shown(ballot.ballot(stands))
    assert (
        "*Objections* · 1 stands in the way\n"
        "@Dana: Refunds take 2 days longer. Would be removed by: start without returns."
    ) in texts
    assert "2 questions are open in the thread." in texts
    assert buttons(ballot.ballot(stands).blocks)[:2] == [
        "No objection: PAY-12",
        "I object: PAY-12",
    ]


def test_an_objection_says_what_would_remove_it_and_what_became_of_it():
    decision = by_consent().decision
    objection = an_objection()
    answer = thread.objection_raised(objection, decision)
    assert shown(answer)[0] == (
        "*PAY-12 · Objection* by @Dana\nRefunds take 2 days longer.\n"
        "*It would be removed by*: start without returns.\n"
        "It stands in the way until @Dana votes otherwise or @Ben sets it aside."
    )
    assert buttons(answer.blocks) == ["Set aside"]
    form = SimpleNamespace(failed=Failed.SAFE, because="It is a trial of four weeks")
    objection.set_aside(form, BEN, MONDAY)
    answer = thread.objection_raised(objection, decision)
    assert shown(answer)[0].endswith(
        "Set aside by @Ben, because this is safe enough to try: It is a trial of four weeks."
    )
    assert buttons(answer.blocks) == []


# beside it


def test_a_question_has_its_answer_or_a_button():
    decision = standing().decision
    question = BallotQuestion(id=1, asked_by=CLEO, words="Why two days?", version=1)
    answer = thread.question_asked(question, decision)
    assert shown(answer) == ["*PAY-12 · Question* by @Cleo: Why two days?", "Answer"]
    question.give("The bank needs them", ANA, MONDAY)
    assert shown(thread.question_asked(question, decision)) == [
        "*PAY-12 · Question* by @Cleo: Why two days?\n*Answered* by @Ana: The bank needs them"
    ]


def test_a_stand_in_reads_for_whom_and_until_when():
    decision = standing().decision
    given = Delegation(user_id=BEN, stand_in_user_id=CLEO, portfolio=decision.portfolio)
    answer = thread.stand_in(given, decision)
    assert shown(answer)[0] == (
        "You vote for @Ben on *PAY-12 · Persevere, pivot or stop?* until {Sat 23 May, 11:00}. "
        "Both names are in the record; as soon as they vote themselves, their own vote counts."
    )
    assert buttons(answer.blocks) == ["Read and vote: PAY-12"]
    given.until_on = date(2026, 6, 5)
    assert shown(thread.stand_in(given, None))[0].startswith(
        "You vote for @Ben in Shop until 5 Jun 2026, on every ballot that asks them."
    )


def test_a_stand_in_votes_for_each_by_name():
    decision = standing().decision
    answer = thread.for_whom(decision, [Carried(BEN, None), Carried(ELI, "Stop")], None)
    texts = shown(answer)
    assert texts[:2] == [
        "You are not asked on PAY-12 yourself. For whom do you vote?",
        "For @Ben: no vote yet",
    ]
    assert "For @Eli: *Stop*" in texts
    assert buttons(answer.blocks).count("Abstain: PAY-12") == 2


@pytest.mark.parametrize(
    ("choice", "label", "cast_by", "said"),
    [
        ("stop", "Stop", None, "Your vote on PAY-12: *Stop*. You can change it until it closes, "),
        ("abstain", "Abstain", None, "Your vote on PAY-12: *Abstain*. You can change it until"),
        ("stop", "Stop", CLEO, "Your vote for @Ben on PAY-12: *Stop*. You can change it until"),
        ("recused", "", None, "You have a stake in PAY-12, so one vote fewer is needed. You can"),
    ],
)
def test_the_voter_alone_is_told_what_they_chose(choice, label, cast_by, said):
    vote = Vote(1, "PAY-12", choice, label, BEN, cast_by, MONDAY, "Europe/Berlin")
    answer = thread.noted(vote)
    assert shown(answer)[0].startswith(said)
    assert ("Add a reason" in shown(answer)) == (choice != "recused")


def test_what_came_since_the_opening_stands_in_a_line_of_its_own():
    epic = an_epic("implementing", phase=Phase.TESTING, indicator="Completion, % of started")
    stands = standing(epic=epic)
    reading = Reading(value=Decimal("65.0"), observed_on=date(2026, 5, 19))
    told = replace(stands, news=News(reading, 2))
    assert "*New since opening*: completion 65.0 %, Tue 19 May · 2 observations" in shown(
        ballot.ballot(told)
    )
    assert not any("New since" in text for text in shown(ballot.ballot(stands)))


# how it ends


def test_what_was_withdrawn_or_replaced_says_by_whom_and_counts_nothing():
    stands = standing(CLEO)
    stands.decision.withdraw("We know enough", ANA, MONDAY + HOUR)
    title, said, *_ = shown(ballot.result(stands))
    assert title == "PAY-12 · Withdrawn"
    assert said == (
        "@Ana withdrew it: We know enough. The votes cast until then stay sealed, and nothing "
        "moved."
    )
    stands = standing(CLEO)
    stands.decision.replace(None, BEN, MONDAY + HOUR)
    stands.decision.effect = "asked again as D-2"
    assert shown(ballot.result(stands))[:2] == [
        "PAY-12 · Replaced",
        "@Ben changed it, and it is asked again as D-2. The votes cast until then stay sealed, "
        "and nothing moved.",
    ]


def test_consent_that_did_not_pass_says_what_stood_against_it():
    stands = by_consent()
    decision = stands.decision
    decision.close(decision.tally(["no objection"] * 5 + ["object"]), MONDAY + HOUR, 1)
    assert shown(ballot.result(stands))[0] == "PAY-12 · Not decided: an objection is left"
    stands = by_consent()
    decision = stands.decision
    decision.close(decision.tally(["no objection"] * 5), MONDAY + HOUR)
    title, counted, *_ = shown(ballot.result(stands))
    assert title == "PAY-12 · Decided: go"
    assert counted.startswith("*5 no objection*, 0 objected · ")


def test_the_page_has_what_each_may_do():
    stands = by_consent(objections=[an_objection()])
    question = BallotQuestion(id=1, asked_by=CLEO, words="Why?", version=1)
    facts = {"questions": [question], "may_change": True, "breaks_ties": True}
    record = Record(stands, None, True, [], 1, 1, **facts)
    page = register.decision_page(record, DecisionShown(decision=1))
    said = buttons(page.blocks)
    assert {"Abstain: PAY-12", "Stand in for me", "Set aside", "Answer"} <= set(said)
    assert said[-3:] == ["Ask a question", "Change the words", "Withdraw"]
    stands.box.count = 1
    assert "Change and ask again" in buttons(register.decision_page(record, page.page).blocks)


# hostile and long


def test_a_ballot_has_1500_characters_at_most_however_long_its_texts_are():
    long = "Paying straight from the bank " * 60
    names = ("title", "hypothesis", "indicator", "kill_threshold", "for_whom")
    epic = an_epic("implementing", phase=Phase.TESTING, **dict.fromkeys(names, long))
    people = [BEN, CLEO, DANA, ELI] * 100
    stands = standing(*people, epic=epic, electors=people, questions=3, because=long)
    assert 900 < sum(map(len, shown(ballot.ballot(stands)))) <= 1_500


def test_slack_takes_all_of_it_with_hostile_and_longest_texts():
    long = HOSTILE * 60
    decision = by_consent().decision
    objection = an_objection(harm=long, remedy=long)
    question = BallotQuestion(id=1, asked_by=CLEO, words=long, version=1)
    answers = [
        ballot.ballot(by_consent(objections=[objection] * 9)),
        thread.objection_raised(objection, decision),
        thread.question_asked(question, decision),
        Answer(register.decision_page(a_full_record(objection, question), A_PAGE).blocks),
    ]
    for answer in answers:
        assert not any("<!channel>" in text for text in shown(answer))


A_PAGE = DecisionShown(decision=1)


def a_full_record(objection, question):
    stands = by_consent(objections=[objection] * 40)
    facts = {"questions": [question] * 40, "carries": [Carried(BEN, None), Carried(ELI, None)]}
    voices = [Voice(each, False) for each in COUNCIL[:5]]
    return Record(stands, None, True, voices, 1, 1, may_change=True, breaks_ties=True, **facts)


def test_who_voted_what_is_never_read_of_what_was_not_counted():
    decision = standing(CLEO).decision
    decision.withdraw("We know enough", ANA, MONDAY)
    assert decision.is_sealed
    assert decision.result is None
    assert not closed(standing().decision, *["stop"] * 5).is_sealed
