"""A world that has one of each noun that something declared is about."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from bot.slack.actions import Seen
from bot.views.budgets.actions import BudgetShown, CoverEpic, UndoShift
from bot.views.decisions.actions import (
    AddReason,
    AskAgain,
    BreakTie,
    ChangeWords,
    Decide,
    DecideNow,
    ObjectTo,
    SetAside,
    StandInForMe,
    TakeBackPlanned,
    Withdraw,
)
from bot.views.decisions.follow_up import AddLearned, OpenAgain, TellNow, TryAgain
from bot.views.decisions.outcome import RecordOutcome
from bot.views.epics.buttons import AnswerIdea, OverrideMove, ReplyToQuestion
from bot.views.flow.actions import FlowMetrics
from bot.views.portfolio.actions import BringDigest, DropState, GoLive, MergeStream, UsePreset
from bot.workflows.budgets import considering, funding, shifting
from bot.workflows.budgets.shifts import asking
from bot.workflows.decisions import speaking, voting
from bot.workflows.decisions.opening.opening import open_about, open_decision
from bot.workflows.decisions.opening.planning import plan
from bot.workflows.epics.answering import answer
from bot.workflows.epics.moving import move
from bot.workflows.epics.proposing import propose
from bot.workflows.keeping import Act
from bot.workflows.portfolio.setting_up import begin
from bot.workflows.portfolio.streams import add_stream
from models.board.confirmation import FactCheck, LeftOut
from models.board.digest import Digest, Subscription
from models.budgets.commitments.commitment import Commitment
from models.budgets.forms import FundingForm, ShiftForm
from models.budgets.shift import ShiftQuestion
from models.decisions.decision import About, Decision, Method, Terms
from models.decisions.form import DecisionForm
from models.decisions.question import Asked, Question
from models.decisions.register.past import PastDecision
from models.decisions.signal import Signal, SignalCheck
from models.decisions.thread import BallotQuestion, Objection, ObjectionForm, QuestionForm
from models.epics.answer import AnswerKind, IdeaAnswer
from models.epics.epic import Epic
from models.epics.proposal import Proposal
from models.evidence.items import Observation, Reading, Stance
from models.files.upload import Upload
from models.people.role import Role, RoleGrant
from models.portfolio.portfolio import Portfolio, Stage, ValueStream
from models.portfolio.setup import Basics, StreamSetup
from models.projects.project import Milestone, MilestoneKind, Program, Project
from models.themes.theme import KeyResult, Objective, Theme
from tests.commands.conftest import an_mvp


def next_week(slack):
    """Where not any day will do: next week."""
    return {"closes_on": (slack.clock.now() + timedelta(days=7)).date().isoformat()}


def one_of_each(slack, shop):
    """One of each noun that something declared is about, by its type and by its field's name."""
    with shop.database.write() as session:
        portfolio = session.scalars(select(Portfolio)).one()
        here = {"workspace_id": portfolio.workspace_id}
        theme = Theme(portfolio_id=portfolio.id, name="Fewer abandoned purchases", **here)
        session.add(theme)
        session.flush()
        objective = Objective(
            portfolio_id=portfolio.id, theme_id=theme.id, title="More buyers finish", **here
        )
        session.add(objective)
        session.flush()
        result = KeyResult(objective_id=objective.id, title="Completion", **here)
        session.add(result)
        session.flush()
        epics = [
            for_the_council(session, slack, portfolio, title)
            for title in ("Bank", "Wallet", "Gift")
        ]
        epics[1].indicator = "Checkout completion, %"
        form = DecisionForm(closes_on=(slack.clock.now() + timedelta(days=7)).date())
        act = Act(session, portfolio.workspace_id, slack.as_user("ana").id, slack.clock.now())
        decision = open_decision(act, epics[0].id, form)
        past = a_past(act.at, portfolio_id=portfolio.id, **here)
        session.add(past)
        votes = {name: a_vote(act, epics[0], method) for name, method in VOTES.items()}
        speaking.QUESTIONS.ask(act, decision.id, QuestionForm(words="Why?"))
        object_to_one(act, votes[SetAside].id)
        voting.vote(session, *act_of(act), votes[AddReason].id, "yes", slack.clock.now)
        votes[BreakTie].tie(["yes", "no"], act.at)
        digest = a_digest(session, portfolio)
        check = FactCheck(**here, user_id=act.actor, week="2026-W20", at=act.at)
        session.add_all([check, LeftOut.of(epics[1], act.actor, act.at)])
        program = Program(portfolio_id=portfolio.id, code="CORE", name="Core systems", **here)
        project = Project(
            portfolio_id=portfolio.id, code="PRJ-1", name="One", created_at=act.at, **here
        )
        project.shared = ((portfolio.value_streams[0].id, Decimal(100)),)
        session.add_all([program, project])
        session.flush()
        milestone = project.new_milestone()
        milestone.code = milestone.name = "M1"
        milestone.kind = MilestoneKind.CHECKPOINT
        session.add(milestone)
        session.flush()
        refunds = StreamSetup(name="Refunds")
        refunds = add_stream(session, *act_of(act), portfolio.id, refunds, act.at)
        channel = slack.channel("payments").id
        begun = Basics(name="Bank", currency="EUR", time_zone="UTC", channel_id=channel)
        begun = begin(session, *act_of(act), begun, act.at)
        add_stream(session, *act_of(act), begun.id, StreamSetup(name="Lending"), act.at)
        states = {state.name: state for state in portfolio.states}
        delivered = for_the_council(session, slack, portfolio, "Refund")
        move(session, *act_of(act), delivered.id, states["done"].id, None, "In use", act.at)
        streams = {stream.name: stream.id for stream in portfolio.value_streams}
        onboarding = session.get_one(ValueStream, streams["Onboarding"])
        onboarding.stage = Stage.CAPACITY_FUNDED
        upload = an_import(act, portfolio)
    for stream_id in streams.values():
        fund(slack, shop, portfolio, stream_id)
    return {
        "portfolio": portfolio,
        "stream": portfolio.value_streams[0],
        "digest": digest,
        "check": check,
        "theme": theme,
        "objective": objective,
        "epic": epics[1],
        "decision": decision,
        "past": past,
        "choice": "pivot",
        "project": project,
        "projects": (project.id,),
        "chosen": epics[1],
        Program: program,
        Project: project,
        Milestone: milestone,
        KeyResult: result,
        Theme: theme,
        Objective: objective,
        SignalCheck: lambda: a_signal_check(slack, shop, portfolio),
        "reading": lambda: evidence_of(slack, shop, epics[1])[0],
        "observation": lambda: evidence_of(slack, shop, epics[1])[1],
        "shift": lambda: a_shift(slack, shop, portfolio, streams),
        Portfolio: portfolio,
        ValueStream: portfolio.value_streams[0],
        "state": states["reviewing"],
        "preset": "lean",
        "upload": upload,
        BallotQuestion: session_one(shop, BallotQuestion),
        ShiftQuestion: lambda: a_shift_question(slack, shop, portfolio, streams),
        Objection: session_one(shop, Objection),
        ObjectTo: {"decision": votes[ObjectTo]},
        AddReason: {"decision": votes[AddReason], "choice": "yes"},
        BreakTie: {"decision": votes[BreakTie]},
        StandInForMe: {"decision": votes[StandInForMe]},
        ChangeWords: {"noun": votes[ChangeWords]},
        AskAgain: {"noun": votes[AskAgain]},
        Withdraw: {"noun": votes[Withdraw]},
        Decide: {"decision": lambda: asked_alone(slack, shop, portfolio)},
        UndoShift: {"shift": lambda: a_moved_shift(slack, shop, portfolio, streams)},
        CoverEpic: {"epic": lambda: an_uncovered(slack, shop, portfolio)},
        DecideNow: {"epic": lambda: a_small_one(slack, shop, portfolio), "question": "mvp"},
        AddLearned: {"decision": lambda: an_ended(slack, shop, portfolio, is_told_first)},
        TellNow: {"decision": lambda: an_ended(slack, shop, portfolio, is_told_first)},
        TryAgain: {"decision": lambda: an_ended(slack, shop, portfolio, waits)},
        OpenAgain: {"decision": lambda: an_ended(slack, shop, portfolio, lapses)},
        RecordOutcome: {"epic": delivered},
        TakeBackPlanned: {"planned": lambda: a_planned(slack, shop, portfolio)},
        ReplyToQuestion: {"epic": lambda: an_asked_idea(slack, shop, portfolio)},
        Epic: lambda: a_small_one(slack, shop, portfolio),
        AnswerIdea: {"noun": lambda: an_asked_idea(slack, shop, portfolio)},
        OverrideMove: {"to": "ready"},
        MergeStream: {"noun": refunds},
        FlowMetrics: {"stream": None},
        BudgetShown: {"stream": None},
        DropState: {"state": states["analyzing"]},
        UsePreset: {"noun": begun},
        GoLive: {"portfolio": begun},
        BringDigest: {"portfolio": begun},
    }


def an_import(act, portfolio):
    """A file that came in just now."""
    upload = Upload(
        workspace_id=portfolio.workspace_id,
        portfolio_id=portfolio.id,
        user_id=act.actor,
        kind="epics",
        file_name="epics.csv",
        sha256="",
        uploaded_at=act.at,
        loaded_at=act.at,
        result={"added": 1},
    )
    act.session.add(upload)
    act.session.flush()
    return upload


def a_past(at, **here):
    """A decision of before, by so many that their votes take pages."""
    return PastDecision(
        **here,
        source="gates",
        source_id="PRR-1",
        title="Beta",
        opened_at=at,
        closed_at=at,
        outcome="approved",
        choices={f"v{number:03}": "for" for number in range(90)},
        imported_at=at,
    )


VOTES = {
    **dict.fromkeys((ObjectTo, SetAside), Method.CONSENT),
    **dict.fromkeys((AddReason, AskAgain, BreakTie), Method.MORE_THAN_HALF),
    **dict.fromkeys((ChangeWords, StandInForMe, Withdraw), Method.MORE_THAN_HALF),
}
"""What is done once is done to a vote of its own."""


def a_vote(act, epic, method):
    """A free question about the epic, to Ana and Ben; Ana breaks ties."""
    ben = epic.value_stream.owner_user_id
    closes_at = act.at + timedelta(days=7)
    electors, who = [act.actor, ben], act.actor
    terms = Terms(electors=electors, closes_at=closes_at, tie_breaker=who, method=method)
    return open_about(
        act, About.of_epic(epic, act.at), Asked.free("Do we go?"), terms, channel_id=None
    )


def object_to_one(act, decision_id):
    """Ben objects."""
    ben = act.session.get_one(Decision, decision_id).electorate[1]
    form = ObjectionForm(harm="It is late", remedy="Begin sooner")
    here = Act(act.session, act.workspace_id, ben, act.at)
    speaking.object_to(here, decision_id, form, lambda: act.at)


def session_one(shop, noun):
    """The only one there is."""
    with shop.database.read() as session:
        return session.scalars(select(noun)).one()


def act_of(act):
    return act.workspace_id, act.actor


def fund(slack, shop, portfolio, stream_id):
    """Ana gives a stream its money for the year."""
    ana = slack.workspace.user_named("ana").id
    form = FundingForm(value_stream_id=stream_id, amount_minor=130_000_000, reason="Why not")
    with shop.database.write() as session:
        act = Act(session, portfolio.workspace_id, ana, slack.clock.now())
        funding.fund(act, portfolio.id, form)


def a_shift(slack, shop, portfolio, streams):
    """A request of Ben, who owns both streams, that waits for an admin: there is no finance."""
    ben = slack.workspace.user_named("ben").id
    form = ShiftForm(
        from_stream_id=streams["Payments"],
        to_stream_id=streams["Onboarding"],
        amount_minor=3_000_000,  # past 2 % alone, and four of them within 10 %
        reason="Why now",
    )
    with shop.database.write() as session:
        act = Act(session, portfolio.workspace_id, ben, slack.clock.now())
        here = considering.portfolio_to_shift_in(act, portfolio.id)
        seen = considering.consider(act, here, form).mark
        return shifting.ask(act, portfolio.id, form, seen)


def a_shift_question(slack, shop, portfolio, streams):
    """What Ana wants to know of such a request."""
    asked = a_shift(slack, shop, portfolio, streams)
    ana = slack.workspace.user_named("ana").id
    with shop.database.write() as session:
        act = Act(session, portfolio.workspace_id, ana, slack.clock.now())
        return asking.QUESTIONS.ask(act, asked.id, QuestionForm(words="Why now?"))


def evidence_of(slack, shop, epic):
    """A reading of the epic, and an observation, of someone who answers for nothing."""
    now = slack.clock.now()
    said = {"workspace_id": epic.workspace_id, "epic_id": epic.id, "observed_on": now.date()}
    said |= {"by_user_id": "U0SALES", "at": now}
    with shop.database.write() as session:
        reading = Reading(value=Decimal("64.2"), **said)
        observation = Observation(words="Why now", stance=Stance.FOR, **said)
        session.add_all([reading, observation])
        session.flush()
        return reading, observation


def a_signal_check(slack, shop, portfolio):
    """Of an epic that tests its MVP, whose target's day went by short of it."""
    with shop.database.write() as session:
        title = f"Short {session.scalar(select(func.count(Epic.id)))}"
        epic = for_the_council(session, slack, session.get_one(Portfolio, portfolio.id), title)
        epic.indicator, epic.target = "Checkout completion, %", Decimal(68)
        here = {"workspace_id": epic.workspace_id, "epic_id": epic.id, "version": 1}
        day, at = slack.clock.now().date() - timedelta(days=1), slack.clock.now()
        here |= {"signal": Signal.TARGET, "mark": day.isoformat(), "says": "It is short."}
        check = SignalCheck(value=Decimal("64.2"), needed_on=day, asked_at=at, **here)
        session.add(check)
        session.flush()
        return check


def a_digest(session, portfolio):
    """This week's, in #payments."""
    here = {"workspace_id": portfolio.workspace_id, "channel_id": "C0PAY"}
    told = {"at": portfolio.created_at, "until": portfolio.created_at}
    subscription = Subscription(
        portfolio_id=portfolio.id,
        time_zone="UTC",
        next_at=portfolio.created_at,
        subscribed_by="U0ANA",
        subscribed_at=portfolio.created_at,
        **here,
    )
    session.add(subscription)
    session.flush()
    digest = Digest(
        subscription=subscription,
        week="2026-W20",
        since=portfolio.created_at - timedelta(days=7),
        first=True,
        **told,
        **here,
    )
    session.add(digest)
    session.flush()
    return digest


def made(action, world):
    """The action about what there is; what needs its noun in a certain state has one of its own,
    and what ends by it is made anew for each."""
    here = world | world.get(action, {})
    found = {name: here[name] for name in action.model_fields if name in here}
    found = {name: each() if callable(each) else each for name, each in found.items()}
    ids = {name: getattr(each, "id", each) for name, each in found.items()}
    if not issubclass(action, Seen):
        return action(**ids)
    noun = here.get("noun", here.get(action.noun))
    return action.of(noun() if callable(noun) else noun, **ids)


def as_it_is_now(shop, action):
    """What was seen, at the version of now."""
    if not isinstance(action, Seen):
        return action
    with shop.database.read() as session:
        return action.but(version=session.get_one(action.noun, action.id).version)


def for_the_council(session, slack, portfolio, title):
    """An epic that tests its MVP, which the council votes on: Ana, and 44 others."""
    if not session.scalars(select(RoleGrant).where(RoleGrant.role == Role.COUNCIL)).first():
        others = [slack.add_user(f"councillor{n}").id for n in range(44)]
        for user_id in (slack.as_user("ana").id, *others):
            here = {"workspace_id": portfolio.workspace_id, "portfolio_id": portfolio.id}
            session.add(RoleGrant(role=Role.COUNCIL, user_id=user_id, **here))
        portfolio.channel_id = slack.channel("payments").id
    return an_mvp(session, slack, portfolio.value_streams[0], title)


def a_small_one(slack, shop, portfolio):
    """An epic below the council's line that is Ben's, so that Ana decides as one of the council."""
    with shop.database.write() as session:
        number = session.scalar(select(func.count(Epic.id)))
        epic = for_the_council(
            session, slack, session.get_one(Portfolio, portfolio.id), f"Small {number}"
        )
        ben = slack.workspace.user_named("ben").id
        epic.full_cost_minor, epic.owner_user_id, epic.proposed_by = 100_000, ben, ben
        return epic


def an_uncovered(slack, shop, portfolio):
    """An epic that came without its money."""
    epic = a_small_one(slack, shop, portfolio)
    with shop.database.write() as session:
        here = {"workspace_id": portfolio.workspace_id}
        session.add(Commitment(epic_id=epic.id, uncovered_minor=100, **here))
    return epic


def asked_alone(slack, shop, portfolio):
    """A question of Ben about such an epic, which Ana decides."""
    epic = a_small_one(slack, shop, portfolio)
    form = DecisionForm(closes_on=(slack.clock.now() + timedelta(days=7)).date())
    ben = slack.workspace.user_named("ben").id
    with shop.database.write() as session:
        return open_decision(
            Act(session, portfolio.workspace_id, ben, slack.clock.now()), epic.id, form
        )


def a_planned(slack, shop, portfolio):
    """A question about an epic of Ana's, which she planned for Monday."""
    made = a_small_one(slack, shop, portfolio)
    form = DecisionForm(closes_on=(slack.clock.now() + timedelta(days=7)).date(), asks="When?")
    with shop.database.write() as session:
        act = Act(session, portfolio.workspace_id, slack.as_user("ana").id, slack.clock.now())
        return plan(act, made.id, form, question=Question.FREE)


def a_moved_shift(slack, shop, portfolio, streams):
    """A request that Ana approved."""
    asked = a_shift(slack, shop, portfolio, streams)
    ana = slack.workspace.user_named("ana").id
    with shop.database.write() as session:
        act = Act(session, portfolio.workspace_id, ana, slack.clock.now())
        return shifting.approve(act, asked.id) if asked.outcome is None else asked


def an_ended(slack, shop, portfolio, how):
    """A decision of Ana about an epic of hers, which ended so."""
    with shop.database.write() as session:
        made = session.scalar(select(func.count(Epic.id)))
        portfolio = session.get_one(Portfolio, portfolio.id)
        epic = for_the_council(session, slack, portfolio, f"Trial {made}")
        form = DecisionForm(closes_on=(slack.clock.now() + timedelta(days=7)).date())
        ana = slack.as_user("ana").id
        act = Act(session, portfolio.workspace_id, ana, slack.clock.now())
        decision = open_decision(act, epic.id, form)
        how(decision, ana, act.at)
        return decision


def is_told_first(decision, ana, at):
    decision.hold(ana, at, at + timedelta(minutes=30))


def waits(decision, ana, at):
    decision.close(decision.tally(["persevere"] * 23), at)
    decision.wait_for("a place")


def lapses(decision, ana, at):
    decision.close(decision.tally([]), at)


def an_asked_idea(slack, shop, portfolio):
    """An idea of Ana, about which Ben asks something."""
    now, stream, ana = slack.clock.now(), portfolio.value_streams[0], slack.as_user("ana").id
    with shop.database.write() as session:
        here, made = portfolio.workspace_id, session.scalar(select(func.count(Epic.id)))
        proposal = Proposal(title="Idea", value_stream_id=stream.id, hypothesis="It helps.")
        epic = propose(session, here, ana, proposal, f"idea {made}", now)
        asked = IdeaAnswer(kind=AnswerKind.QUESTION, words="Where?")
        answer(session, here, stream.owner_user_id, epic.id, None, asked, now)
        return epic
