"""The ballot, the private answer and the result, word for word."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack.answers import Answer
from bot.views.decisions import ballot, follow_up
from bot.views.decisions import list as register
from bot.views.decisions.actions import DecisionShown
from bot.workflows.decisions.register import Record, Standing, Voice
from models.decisions.case import CaseMoney, CaseNews, CasePace, CasePlace
from models.decisions.question import Asked, Choice, Subject
from models.decisions.thread import BallotQuestion
from models.evidence.items import Stance
from models.evidence.known import Evidence, Point, Said
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
from tests.views.reading import buttons, element, options, shown

COUNCIL = (BEN, CLEO, DANA, ELI, ANA, *(f"U{n}" for n in range(4)))
THURSDAY = timedelta(days=3, hours=6)


def the_epic(**more):
    facts = {
        "phase": Phase.TESTING,
        "indicator": "Completion, %",
        "baseline": Decimal(61),
        "target": Decimal(68),
        "target_on": date(2026, 9, 30),
        "kill_threshold": "below 63 % after 6 weeks of the MVP",
        "for_whom": "Returning customers",
        "mvp_cost_minor": 6_000_000,
        "full_cost_minor": 42_000_000,
        "committed_at": MONDAY - timedelta(days=74),
    }
    return an_epic("implementing", **(facts | more))


def standing(*voted, electors=COUNCIL, epic=None, **more):
    decision = a_decision(epic or the_epic(), electors=electors, voted=len(voted), **more)
    decision.closes_at = MONDAY + THURSDAY
    return Standing(decision, decision.box, voted)


def ended(*choices, effect="nothing moved", **more):
    stands = standing(**more)
    closed(stands.decision, *choices, effect=effect)
    return ballot.result(stands)


def test_the_ballot_is_the_case_with_four_buttons_and_its_rule():
    stands = standing(BEN, CLEO, DANA, ELI, recommended=Choice.PERSEVERE, because="64.2 %")
    answer = ballot.ballot(stands)
    assert shown(answer) == [
        "PAY-12 · Persevere, pivot or stop?",
        "*Pay by bank transfer at checkout*\n"
        "We believe “Pay by bank transfer at checkout” for returning customers will move "
        "completion from 61 % to 68 % by 30 Sep 2026. We stop if it is below 63 % after 6 weeks "
        "of the MVP.",
        "*Indicator*\nCompletion, %, from 61, target 68 by 30 Sep 2026\n"
        "we stop if below 63 % after 6 weeks of the MVP",
        "*Money*\nMVP €60k · full cost €420k",
        "*Time*\nday 74 since commitment",
        "*Persevere* moves it on to Delivering\n"
        "*Pivot* ends this MVP and opens a successor with what was learned\n"
        "*Stop* ends it and frees a place in Payments",
        "@Ana recommends persevere: 64.2 %.",
        "Persevere",
        "Pivot",
        "Stop",
        "Ask a question",
        "More than half of all votes for an option decides, else a second round. At least 5 of 9 "
        "must vote.\nCloses {Thu 21 May, 17:00}, or ten minutes after the 9th press. "
        "Voted (4): @Ben, @Cleo, @Dana, @Eli.\n"
        "Only a press counts, words in the thread do not. Who voted what is in the record after "
        "the close.",
    ]


def test_no_button_is_before_the_others_and_each_says_what_it_is_about():
    blocks = ballot.ballot(standing()).blocks
    row = next(each for each in blocks if each["type"] == "actions")["elements"]
    assert [each.get("style") for each in row] == [None] * 5
    assert len({each["action_id"] for each in row}) == 5
    assert buttons(blocks) == [
        "Persevere: PAY-12",
        "Pivot: PAY-12",
        "Stop: PAY-12",
        "Ask a question",
    ]
    assert options(element(blocks, "ballot_menu")) == [
        "Abstain",
        "I have a stake in this",
        "Stand in for me",
        "All evidence",
        "Read it all, change or withdraw",
    ]


def test_what_is_not_known_is_said_and_never_0():
    bare = an_epic("implementing", phase=Phase.TESTING, hypothesis=None)
    texts = shown(ballot.ballot(standing(epic=bare)))
    assert "*Pay by bank transfer at checkout*\nNo hypothesis is written down yet." in texts
    assert "*Indicator*\nnone named yet: /epic edit PAY-12" in texts
    assert "*Money*\nMVP not estimated · full cost not estimated: /epic edit PAY-12" in texts
    assert "Nobody has voted yet." in texts[-1]


@pytest.mark.parametrize(
    ("pace", "says"),
    [
        (
            CasePace(line_day=190, most_on=date(2026, 9, 25), longer=12),
            "*Time*\nday 74 since commitment, 85 of 100 finish by day 190\n"
            "if it goes on: 85 % by 25 Sep 2026, from 12 that took longer",
        ),
        (
            CasePace(line_day=60),
            "*Time*\nday 74 since commitment, past day 60, by which 85 of 100 finish",
        ),
    ],
)
def test_the_case_says_how_long_others_took(pace, says):
    stands = standing()
    stands.decision.frozen_case = stands.decision.case.model_copy(update={"pace": pace}).kept
    assert says in shown(ballot.ballot(stands))


def test_what_is_tested_without_a_reading_says_so():
    stands = standing()
    known = Evidence(today=MONDAY.date(), tested_on=MONDAY.date())
    stands.decision.frozen_case = stands.decision.case.model_copy(update={"evidence": known}).kept
    said = next(each for each in shown(ballot.ballot(stands)) if each.startswith("*Completion*"))
    assert said.endswith("no reading yet")


def test_the_case_says_what_was_spent_and_that_it_is_off_target():
    day = MONDAY.date()
    known = Evidence(
        today=day,
        readings=(Point(on=day, value=Decimal(62)),),
        newest_on=day,
        tested_on=day - timedelta(days=74),
        spent_minor=4_810_000,
    )
    stands = standing(epic=the_epic(phase=Phase.TESTING))
    kept = stands.decision.case.model_copy(update={"evidence": known}).kept
    stands.decision.frozen_case = kept
    text = "\n".join(shown(ballot.ballot(stands)))
    assert "€48.1k spent, *80 % of the MVP, €11.9k left*" in text
    assert "*Off target*: 14 % of the way after 35 % of the time" in text


def test_of_many_who_voted_some_are_named_and_the_others_counted():
    people = [f"U{n}" for n in range(500)]
    stands = standing(*people[:312], electors=people)
    said = ballot.ballot(stands).blocks[-1]["elements"][0]["text"]
    assert said.count("<@") == 12
    assert "and 300 more." in said
    assert "Voted (312)" in said


def test_slack_takes_a_ballot_of_hostile_and_longest_texts():
    long = HOSTILE * 60
    texts = dict.fromkeys(("title", "hypothesis", "indicator", "kill_threshold", "for_whom"), long)
    people = (ANA, BEN, CLEO, DANA, ELI)
    stands = standing(*people, electors=people, epic=the_epic(**texts), because=long[:500])
    for answer in (ballot.ballot(stands), ballot.result(after(stands))):
        title, *texts = shown(answer)
        assert title.startswith("PAY-12 · ")
        assert not any("<!channel>" in text for text in (answer.text, *texts))


def after(stands):
    closed(stands.decision, *["stop"] * 5, effect="stopped")
    return stands


def test_the_result_takes_its_place_with_what_can_be_read():
    six = ["persevere"] * 6
    answer = ended(*six, "pivot", "abstain", effect="moved to Delivering")
    assert shown(answer) == [
        "PAY-12 · Decided: persevere",
        "*6 persevere*, 1 pivot, 0 stop · 1 abstained, 1 of 9 did not vote · open for 3 working "
        "days",
        "Done with it: moved to Delivering.",
        "Decision D-1 · closed {Thu 21 May, 17:00} · the case as voted and who voted what: "
        "`/decision show D-1`",
        "Read the decision",
        "Case as voted",
    ]


@pytest.mark.parametrize(
    ("choices", "effect", "title", "done"),
    [
        (
            ["stop"] * 5,
            "stopped",
            "PAY-12 · Decided: stop",
            "Done with it: stopped.",
        ),
        (
            ["pivot"] * 5,
            "ended as a pivot",
            "PAY-12 · Decided: pivot",
            "Done with it: ended as a pivot.",
        ),
        (
            ["abstain"] * 5,
            "nothing moved",
            "PAY-12 · Not decided: no choice had more than half",
            "Nothing moved.",
        ),
        (
            ["stop", "stop"],
            "nothing moved",
            "PAY-12 · Not decided: too few voted",
            "Nothing moved. @Ana or the owner of Payments can open it again.",
        ),
    ],
)
def test_each_end_says_what_it_is_and_what_came_of_it(choices, effect, title, done):
    answer = ended(*choices, effect=effect)
    texts = shown(answer)
    assert (texts[0], texts[2]) == (title, done)


def test_a_result_names_what_was_asked_before_the_close_and_who_answered():
    stands = standing()
    closed(stands.decision, *["persevere"] * 5, effect="moved to Delivering")
    assert not [each for each in shown(ballot.result(stands)) if each.startswith("Asked")]
    asked = [BallotQuestion(asked_by=CLEO, words=f"{n} refunds?", version=1) for n in (1, 2, 3)]
    asked[0].give("The bank's", ANA, MONDAY)
    assert (
        "Asked before the close: “1 refunds?” (answered by @Ana) · “2 refunds?” (not answered) "
        "· 1 more"
    ) in shown(ballot.result(replace(stands, asked=asked)))


def test_who_left_is_counted_apart_from_who_has_a_stake_in_it():
    stands = standing()
    decision = stands.decision
    decision.close(decision.tally(["stop"] * 5 + ["recused"], left=2), decision.closes_at)
    said = shown(ballot.result(stands))[1]
    assert (
        "5 stop*, 0 persevere, 0 pivot · 1 with a stake in it, 2 left Slack, 1 of 9 did not vote"
        in said
    )


def test_what_was_learned_is_told_with_the_result():
    stands = after(standing())
    stands.decision.learned = "Customers trust the bank page, not ours"
    said = "Done with it: stopped.\n*Learned:* Customers trust the bank page, not ours."
    assert said in shown(ballot.result(stands))


@pytest.mark.parametrize(
    ("spent", "said"),
    [
        (4_100_000, "Asking the question cost €41k; building it all would have cost €420k."),
        (None, "Asking the question was to cost €60k; building it all would have cost €420k."),
    ],
)
def test_the_owner_of_what_is_stopped_hears_what_the_question_cost(spent, said):
    decision = standing().decision
    known = Evidence(today=MONDAY.date(), spent_minor=spent)
    decision.frozen_case = decision.case.model_copy(update={"evidence": known}).kept
    decision.hold(ANA, MONDAY, MONDAY + timedelta(minutes=30))
    assert said in shown(follow_up.first(decision, "stop", "6 to 1"))[0]


def test_where_all_voted_it_says_so():
    assert " · 2 abstained, all 9 voted · " in shown(ended(*["stop"] * 7, *["abstain"] * 2))[1]


def test_the_result_of_a_question_of_its_own_says_what_was_asked_in_its_own_words():
    stands = standing(asked=Asked.free("Which wallet first?", ("Apple Pay", "PayPal")))
    closed(stands.decision, *["option 1"] * 5, "option 2", effect="nothing moved")
    title, counted, *_ = shown(ballot.result(stands))
    assert title == "PAY-12 · Decided: Apple Pay"
    assert counted.startswith(
        "*Which wallet first?*\n*5 Apple Pay*, 1 PayPal · 3 of 9 did not vote"
    )
    page = register.decision_page(a_record(stands), DecisionShown(decision=1))
    assert str(page.blocks).count("Which wallet first?") == 1


def test_without_quorum_it_says_how_many_it_takes():
    assert "7 of 9 did not vote, at least 5 votes were needed" in shown(ended("stop", "stop"))[1]


def test_where_nobody_chose_anything_no_count_of_0_is_told_and_who_opens_it_again_is():
    stands = standing(electors=(BEN, CLEO, ELI), terms={"tie_breaker": BEN})
    nobody = shown(ballot.result(_lapsed(stands)))[1:3]
    assert nobody == [
        "3 of 3 did not vote, at least 2 votes were needed · open for 3 working days",
        "Nothing moved. @Ana or @Ben can open it again.",
    ]
    stands = standing(electors=(BEN, CLEO, ELI), terms={"tie_breaker": ANA})
    with_a_stake = shown(ballot.result(_lapsed(stands, *["recused"] * 3)))[1:3]
    assert with_a_stake == [
        "3 with a stake in it, nobody is left to vote, at least 2 votes were needed · open for 3 "
        "working days",
        "Nothing moved. @Ana can open it again.",
    ]


@pytest.mark.parametrize(
    ("subject", "said", "is_there"),
    [
        (Subject.CHECKPOINT, "Nothing moved. @Ana or @Ben can open it again.", True),
        (Subject.SHIFT, "Nothing moved.", False),
    ],
)
def test_what_lapsed_is_opened_again_by_a_button_unless_a_request_has_ended_with_it(
    subject, said, is_there
):
    stands = standing(electors=(BEN, CLEO, ELI), terms={"tie_breaker": BEN})
    stands.decision.subject = subject
    result = ballot.result(_lapsed(stands))
    assert shown(result)[2] == said
    assert ("Open it again" in str(result.blocks)) is is_there


def _lapsed(stands, *choices):
    closed(stands.decision, *choices)
    return stands


# the register


def texts_of(page):
    return shown(Answer(page.blocks))


def a_record(stands, chosen=None, *, is_elector=True, voices=()):
    return Record(stands, chosen, is_elector, voices, 1, 1)


def test_an_elector_reads_their_own_vote_and_nobody_elses_while_it_is_open():
    record = a_record(standing(BEN), "Stop", voices=[Voice(BEN, True), Voice(CLEO, False)])
    texts = texts_of(register.decision_page(record, DecisionShown(decision=1)))
    assert "Your vote: *Stop*. You can change it until it closes." in texts
    assert texts[-1] == "@Ben has voted\n@Cleo has not voted yet"


def test_who_is_no_elector_reads_the_ballot_without_its_buttons():
    record = a_record(standing(), is_elector=False, voices=[Voice(BEN, False)])
    page = register.decision_page(record, DecisionShown(decision=1))
    assert buttons(page.blocks) == ["Ask a question"]
    assert not any("Your vote" in text for text in texts_of(page))


def test_after_the_close_it_is_a_record_of_who_chose_what():
    stands = after(standing())
    voices = [Voice(BEN, True, "Stop", MONDAY), Voice(CLEO, False)]
    page = register.decision_page(a_record(stands, voices=voices), DecisionShown(decision=1))
    texts = texts_of(page)
    assert buttons(page.blocks) == []
    assert "*What was known* when it was opened, {Mon 18 May}" in texts
    assert texts[-2] == (
        "Opened by @Ana {Mon 18 May, 11:00}, for the council to decide. More than half of all "
        "votes for an option decides, else a second round. At least 5 of 9 had to vote."
    )
    assert texts[-1] == "@Ben · *Stop*, {Mon 18 May, 11:00}\n@Cleo did not vote"


def with_evidence(stands, words="11 of 14 interviewed would use it again", **epic):
    day = MONDAY.date()
    values = (61, "61.2", "62.9", "63.4", "64.2")
    week = timedelta(days=7)
    readings = [
        Point(on=day - (5 - n) * week, value=Decimal(value), by=ANA)
        for n, value in enumerate(values)
    ]
    stances = [Stance.FOR] * 3 + [Stance.AGAINST] * 2
    said = [Said(on=day - week, words=words, stance=stance, by=BEN) for stance in stances]
    known = Evidence(
        today=day,
        readings=tuple(readings),
        speaks_for=5,
        speaks_against=2,
        old=1,
        newest_on=day - week,
        said=tuple(said),
        tested_on=day - 6 * week,
    )
    decision = stands.decision
    decision.frozen_case = decision.case.model_copy(update={"evidence": known}).kept
    return stands


def test_the_ballot_shows_the_readings_and_what_speaks_for_it_and_against_it():
    text = "\n".join(shown(ballot.ballot(with_evidence(standing(BEN, CLEO)))))
    assert "*64.2 %*" in text
    assert "from 61 %, target 68 % by 30 Sep 2026: 46 % of the way" in text
    assert "*Evidence* 5 for, 2 against\nnewest 7 days old, 1 older than 60 days" in text
    twice = "11 of 14 interviewed would use it again · 11 of 14 interviewed would use it again"
    assert f"*For* (5) · {twice}\n*Against* (2) · {twice}" in text


def test_the_case_says_after_how_much_of_the_mvps_time_it_is_where():
    said = shown(ballot.ballot(with_evidence(standing(BEN))))[1]
    assert said.endswith(" of the MVP. *After 6 of 6 weeks it is at 64.2 %.*")


@pytest.mark.parametrize(
    ("change", "milestone", "said"),
    [
        ("3.2", "M3", "completion +3.2 points · project milestone M3 14 days late"),
        ("-0.5", None, "completion −0.5 points"),
        (None, "M3", "project milestone M3 14 days late"),
    ],
)
def test_the_case_says_what_is_new_since_the_decision_before(change, milestone, said):
    stands, on = standing(BEN), date(2026, 3, 26)
    news = CaseNews(decided="go", on=on, change=change, milestone=milestone, late_days=14)
    stands.decision.frozen_case = stands.decision.case.model_copy(update={"news": news}).kept
    assert f"*New since go* (26 Mar 2026) · {said}" in shown(ballot.ballot(stands))


@pytest.mark.parametrize(
    ("place", "next_key", "said"),
    [
        ({"most": 5}, "PAY-15", "one of Payments' 5 places; PAY-15 is next"),
        ({"most": 5}, None, "one of Payments' 5 places"),
        ({"most": 1, "where": "Testing the MVP"}, None, "Payments' only place in Testing the MVP"),
    ],
)
def test_a_stop_says_which_place_it_frees_and_who_is_next(place, next_key, said):
    stands = standing(BEN)
    more = {"place": CasePlace(next_key="PAY-15", **place)}
    stands.decision.frozen_case = stands.decision.case.model_copy(update=more).kept
    options = shown(ballot.ballot(replace(stands, next_key=next_key)))
    assert any(each.endswith(f"*Stop* ends it and frees {said}") for each in options)


@pytest.mark.parametrize("line", ["w" * 300, "below 63.25 complaints after 300 days of the MVP"])
def test_with_the_longest_evidence_it_still_keeps_to_two_thumb_lengths(line):
    long = {"title": "t" * 80, "for_whom": "f" * 300, "indicator": f"{'i' * 200}, %"}
    epic = the_epic(kill_threshold=line, hypothesis="h" * 600, **long)
    said = {"recommended": Choice.PERSEVERE, "because": "b" * 500}
    stands = standing(ANA, BEN, CLEO, DANA, ELI, epic=epic, **said)
    stands.decision.tie_breaker = ELI
    pace = CasePace(line_day=190, most_on=date(2026, 9, 25), longer=12)
    on, code = date(2026, 3, 26), "M" * 40
    news = CaseNews(decided="persevere", on=on, change=Decimal("3.2"), milestone=code, late_days=99)
    place = CasePlace(most=50, where="Testing the MVP", next_key="PAY-15")
    short = {"year": "2026", "commits_minor": 36_000_000, "left_minor": 1_900_000}
    more = {"pace": pace, "news": news, "place": place, "money": CaseMoney(**short)}
    stands = replace(stands, next_key="PAY-15")
    stands.decision.frozen_case = stands.decision.case.model_copy(update=more).kept
    texts = shown(ballot.ballot(with_evidence(stands, words="w" * 500)))
    assert sum(map(len, texts)) <= 1_500
    assert texts[-1].endswith("Who voted what is in the record after the close.")


def test_a_ballot_that_was_extended_says_so():
    stands = standing(BEN)
    assert not [each for each in shown(ballot.ballot(stands)) if each.startswith("*Extended*")]
    stands.decision.extend(MONDAY + timedelta(days=9), MONDAY + timedelta(days=7))
    said = "*Extended* on {Mon 25 May}, because too few had voted; this happens only once."
    assert said in shown(ballot.ballot(stands))


def test_what_is_short_is_not_cut():
    text = "\n".join(shown(ballot.ballot(with_evidence(standing(BEN), words="s" * 60))))
    assert text.count("s" * 60) == 4
