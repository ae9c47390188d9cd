"""One decision of the register, with its electors."""

from bot.slack.actions import Shown
from bot.slack.blocks import Block, actions, divider, section
from bot.slack.mrkdwn import words
from bot.views.decisions import ballot, deciding
from bot.views.decisions.actions import DecisionShown
from bot.workflows.decisions.register import Record
from models.decisions.decision import Way


def decision_page(found: Record, page: DecisionShown) -> Shown:
    """The ballot with their own vote; once it has closed its result, its case and its record."""
    decision = found.standing.decision
    blocks = _open(found) if decision.is_open else _closed(found)
    zone = decision.portfolio.time_zone
    facts = {"decision": decision, "voices": found.voices, "zone": zone}
    if decision.way is Way.VOTE:
        blocks += [divider(), section(words("decisions/decision", "who_votes", **facts))]
    here, total = page.but(number=found.number), f"{len(decision.electorate):,} electors"
    return Shown(f"Decision {decision.key}", blocks, here, found.pages, total)


def _open(found: Record) -> list[Block]:
    stands = found.standing
    blocks = [section(f"*{_question(found)}*"), *ballot.case_blocks(stands)]
    if stands.decision.way is Way.ALONE:
        button = deciding.decide_button(stands.decision)
        blocks += [actions("decide", [button])] if found.is_elector else []
        return [*blocks, deciding.asked_line(stands.decision)]
    if found.is_elector:
        blocks += [_own(found), actions("vote", ballot.vote_buttons(stands.decision))]
    return [*blocks, ballot.rule(stands)]


def _closed(found: Record) -> list[Block]:
    stands = found.standing
    zone = stands.decision.portfolio.time_zone
    known = words("decisions/decision", "as_voted", decision=stands.decision, zone=zone)
    blocks = [section(f"*{_question(found)}*"), *ballot.result_blocks(stands)]
    votes = found.is_elector and stands.decision.way is Way.VOTE
    blocks += [_own(found)] if votes else []
    return [*blocks, divider(), section(known), *ballot.case_blocks(stands)]


def _question(found: Record) -> str:
    decision = found.standing.decision
    return words("decisions/decision", "question", decision=decision, case=decision.case)


def _own(found: Record) -> Block:
    facts = {"decision": found.standing.decision, "chosen": found.chosen}
    return section(words("decisions/decision", "own", **facts))
