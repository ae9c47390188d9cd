"""Who decides: the council from its line on, below it one person without a part in the epic."""

import pytest

from models.decisions.decision import Decided, NotADecider, Way
from models.decisions.opening import NobodyDecides, deciders_of
from models.decisions.question import NotAnOption, Question
from tests.views.builders import ANA, BEN, CLEO, ELI, MONDAY, a_decision, an_epic

COUNCIL = (BEN, CLEO, ELI)
LINE = 25_000_000


def epic(full_cost, *, owner=ANA, proposed_by=ANA, line=None):
    made = an_epic("analyzing", full_cost_minor=full_cost)
    made.owner_user_id, made.proposed_by = owner, proposed_by
    made.portfolio.council_line_minor = line
    return made


@pytest.mark.parametrize("cost", [LINE, LINE + 1, None])
def test_at_the_line_above_it_or_with_no_cost_known_the_council_votes(cost):
    assert deciders_of(epic(cost), COUNCIL, BEN) == (Way.VOTE, COUNCIL, "the council")


def test_below_the_line_the_owner_of_the_stream_decides_alone():
    who = deciders_of(epic(LINE - 1), COUNCIL, BEN)
    assert who == (Way.ALONE, (BEN,), "the owner of Payments")
    assert who.is_one(BEN)
    assert not who.is_one(CLEO)


def test_a_portfolio_sets_its_own_line():
    assert deciders_of(epic(4_000_000, line=4_000_000), COUNCIL, BEN).way is Way.VOTE
    assert deciders_of(epic(3_999_999, line=4_000_000), COUNCIL, BEN).way is Way.ALONE


@pytest.mark.parametrize(
    ("owner", "proposed_by", "free"),
    [(BEN, ANA, [CLEO, ELI]), (ANA, BEN, [CLEO, ELI]), (BEN, CLEO, [ELI])],
)
def test_who_owns_or_proposed_it_does_not_decide_but_any_other_of_the_council(
    owner, proposed_by, free
):
    who = deciders_of(epic(1, owner=owner, proposed_by=proposed_by), COUNCIL, BEN)
    assert who == (Way.ALONE, free, "one member of the council")


def test_without_an_owner_of_the_stream_it_is_one_of_the_council_and_nobody_may_be_left():
    assert deciders_of(epic(1), COUNCIL, None).people == list(COUNCIL)
    assert deciders_of(epic(1, owner=BEN), [BEN], BEN).people == []
    refused = NobodyDecides(epic(1), [ANA])
    assert refused.ask == (ANA,)
    assert refused.sentence == (
        "Nobody can decide on PAY-12 alone: whoever owns or proposed it may not, and Shop has "
        "no other council member. An admin gives the role with /portfolio roles."
    )


def asked_of(*people):
    return a_decision(
        epic(1), question=Question.GO, electors=people, terms={"way": Way.ALONE}.items()
    )


def test_one_persons_decision_ends_it_with_their_reason_and_without_a_ballot():
    decision = asked_of(BEN, CLEO)
    assert decision.quorum == 1
    decision.decide("yes", "The case is clear.", CLEO, MONDAY)
    assert (decision.decided, decision.decided_by, decision.why) == (
        "go",
        CLEO,
        "The case is clear.",
    )
    assert (decision.closed_at, decision.result, decision.score) == (MONDAY, None, None)


def test_only_who_is_asked_decides_once_and_with_what_is_offered():
    decision = asked_of(BEN)
    with pytest.raises(NotADecider):
        decision.decide("yes", "Because.", CLEO, MONDAY)
    with pytest.raises(NotAnOption):
        decision.decide("stop", "Because.", BEN, MONDAY)
    decision.decide("no", "Not clear yet.", BEN, MONDAY)
    with pytest.raises(Decided):
        decision.decide("yes", "Because.", BEN, MONDAY)


def test_a_vote_is_not_decided_by_one_of_those_who_vote():
    with pytest.raises(NotADecider):
        a_decision(epic(None)).decide("stop", "Because.", BEN, MONDAY)
