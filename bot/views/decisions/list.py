"""One decision of the register, with its electors."""

from bot.slack.actions import Shown
from bot.slack.blocks import Block, actions, context, divider, section
from bot.slack.mrkdwn import words
from bot.views.decisions import ballot, buttons, deciding, follow_up, thread
from bot.views.decisions.actions import AskOnBallot, DecisionShown
from bot.workflows.decisions.register import Record
from models.decisions.decision import Way

MOST_SAID = 10
"""How many objections and questions a page shows, the newest."""


def decision_page(found: Record, page: DecisionShown) -> Shown:
    """The ballot with their own vote; once it has closed its result, its case and its record."""
    decision = found.standing.decision
    draw = _open if decision.is_open else _held if decision.is_held else _closed
    blocks = draw(found)
    zone = decision.portfolio.time_zone
    facts = {"decision": decision, "voices": found.voices, "zone": zone}
    if decision.way is Way.VOTE:
        blocks += [divider(), section(words("decisions/decision", "who_votes", **facts))]
    here, total = page.but(number=found.number), f"{len(decision.electorate):,} electors"
    return Shown(f"Decision {decision.key}", blocks, here, found.pages, total)


def _open(found: Record) -> list[Block]:
    stands, decision = found.standing, found.standing.decision
    blocks = [section(f"*{_question(found)}*"), *ballot.case_blocks(stands)]
    if decision.way is Way.ALONE:
        button = deciding.decide_button(decision)
        blocks += [actions("decide", [button])] if found.is_elector else []
        return [*blocks, deciding.asked_line(decision), *_beside(found)]
    if decision.tied_at is None:
        if found.is_elector:
            blocks += [_own(found), buttons.on_page(decision, stands.saw)]
        blocks += thread.carried_blocks(decision, found.carries, stands.saw)
    elif found.breaks_ties:
        blocks.append(actions("tie", [thread.break_button(decision)]))
    return [*blocks, ballot.rule(stands), *_beside(found)]


def _held(found: Record) -> list[Block]:
    """Closed, as long as only the owner of the epic knows how."""
    stands = found.standing
    known = section(follow_up.result_comes(stands.decision))
    return [section(f"*{_question(found)}*"), known, divider(), *ballot.case_blocks(stands)]


def _beside(found: Record) -> list[Block]:
    """Objections and questions, each with what can be done about it, and what changes it."""
    decision, box = found.standing.decision, found.standing.box
    blocks = [
        thread.objection_block(each, decision, may=found.breaks_ties)
        for each in found.standing.objections[-MOST_SAID:]
    ]
    blocks += [thread.question_block(each, decision) for each in found.questions[-MOST_SAID:]]
    row = []
    if decision.is_open:
        row.append(AskOnBallot(decision=decision.id).button("Ask a question"))
        if found.may_change:
            has_ballots = box is not None and box.count > 0
            row += buttons.changing(decision, has_ballots=has_ballots)
    return [*blocks, actions("beside", row)] if row else blocks


def _closed(found: Record) -> list[Block]:
    stands = found.standing
    zone = stands.decision.portfolio.time_zone
    known = words("decisions/decision", "as_voted", decision=stands.decision, zone=zone)
    blocks: list[Block] = [section(f"*{_question(found)}*")]
    blocks += ballot.result_blocks(stands, asked_above=True)
    votes = found.is_elector and stands.decision.way is Way.VOTE
    blocks += [_own(found)] if votes else []
    case = [divider(), section(known), *ballot.case_blocks(stands)]
    if stands.decision.way is not Way.ROOM:
        facts = {"decision": stands.decision, "zone": zone}
        case.append(context(words("decisions/vote", "rule_was", **facts)))
    return [*blocks, *case, *_beside(found)]


def _question(found: Record) -> str:
    decision = found.standing.decision
    return words("decisions/decision", "question", decision=decision, case=decision.case)


def _own(found: Record) -> Block:
    facts = {
        "decision": found.standing.decision,
        "chosen": found.chosen,
        "stand_in": found.stand_in,
    }
    return section(words("decisions/decision", "own", **facts))
