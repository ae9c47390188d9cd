"""What it takes to put a question about an epic to the council."""

import pytest

from models.decisions.opening import (
    NoElectors,
    NotAnalyzing,
    NotLive,
    NotTesting,
    NowhereToPost,
    OpenAlready,
    UnknownDecision,
    ballot_channel,
    check_can_ask,
    check_can_post,
    check_live,
    read_key,
)
from models.decisions.question import Question
from models.portfolio.portfolio import Phase
from tests.views.builders import BEN, CLEO, DANA, ELI, MONDAY, a_decision, an_epic, closed


def an_mvp(**more):
    return an_epic("implementing", phase=Phase.TESTING, portfolio_id=1, **more)


def test_a_decision_freezes_its_council_its_quorum_and_its_case():
    epic = an_mvp()
    decision = a_decision(epic, electors=[BEN, CLEO, BEN, ELI], because="64 % and rising")
    epic.title = "Something else"
    assert (decision.electorate, decision.quorum) == ([BEN, CLEO, ELI], 2)
    assert decision.case.title == "Pay by bank transfer at checkout"
    assert (decision.because, decision.is_open) == ("64 % and rising", True)


@pytest.mark.parametrize(("state", "phase"), [("ready", None), ("done", None)])
def test_only_what_has_an_mvp_perseveres_pivots_or_stops(state, phase):
    epic = an_epic(state, phase=phase)
    with pytest.raises(NotTesting) as refused:
        check_can_ask(epic, Question.MVP)
    assert refused.value.sentence == (
        f"PAY-12 is in {epic.column_label}. Whether to persevere, pivot or stop is decided "
        "while an epic is in Testing the MVP or Delivering."
    )


def test_a_go_is_decided_in_analyzing_and_a_free_question_anywhere():
    for state in ("funnel", "ready", "implementing", "done"):
        with pytest.raises(NotAnalyzing, match="Whether to go for the MVP is decided while"):
            check_can_ask(an_epic(state), Question.GO)
        check_can_ask(an_epic(state), Question.FREE)
    check_can_ask(an_epic("analyzing"), Question.GO)


def test_nothing_is_decided_before_the_portfolio_is_live():
    portfolio = an_mvp().portfolio
    portfolio.live_at = None
    with pytest.raises(NotLive, match="Decisions can be opened once it is"):
        check_live(portfolio, MONDAY)


def test_the_councils_ballot_stands_in_the_portfolios_channel_any_other_in_the_streams():
    epic = an_mvp()
    assert ballot_channel(epic) == "C0PAY"
    epic.portfolio.channel_id = "C0PORT"
    assert ballot_channel(epic) == "C0PORT"
    assert ballot_channel(epic, "those named") == "C0PAY"
    epic.value_stream.channel_id = None
    assert ballot_channel(epic, "those named") == "C0PORT"
    epic.portfolio.channel_id = epic.value_stream.channel_id = None
    with pytest.raises(NowhereToPost) as refused:
        check_can_post(epic.portfolio, ballot_channel(epic))
    assert refused.value.sentence == (
        "Neither Shop nor the value stream has a channel, so there is no place for the ballot. "
        "An admin sets one with /portfolio settings."
    )


def test_without_a_council_it_says_who_gives_the_role():
    refused = NoElectors("Shop", [DANA])
    assert refused.ask == (DANA,)
    assert refused.sentence == (
        "Nobody is on the council of Shop, so nobody can vote. "
        "An admin gives the council role with /portfolio roles."
    )


def test_a_second_one_waits_until_the_first_is_closed():
    decision = a_decision(an_mvp())
    with pytest.raises(OpenAlready) as refused:
        decision.check_is_closed()
    assert refused.value.sentence == ("D-1 already asks about PAY-12. /decision show D-1 shows it.")
    closed(decision, "persevere", "persevere").check_is_closed()


@pytest.mark.parametrize("typed", ["D-7", " d-7 ", "d7", "D 7", "7", "D-07"])
def test_a_key_is_read_however_it_is_written(typed):
    assert read_key(typed) == "D-7"


@pytest.mark.parametrize("typed", ["", "D", "E-7", "D-1234567890", "Ｄ-7"])
def test_what_is_no_key_says_how_keys_look(typed):
    with pytest.raises(UnknownDecision) as refused:
        read_key(typed)
    assert refused.value.sentence == (
        f"There is no decision {typed}. Keys look like D-1; /decision list shows them."
    )
