"""A portfolio in May: Ana proposes, Ben owns Payments, Cleo Onboarding, Eli Platform."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm.attributes import set_committed_value

from bot.workflows.board.board import BoardPage
from bot.workflows.board.card import Card
from bot.workflows.board.home import Chosen
from models.decisions.decision import About, Advice, Decision, Terms
from models.decisions.question import Asked, Question
from models.decisions.votes import BallotBox
from models.epics.column import columns
from models.epics.epic import Epic, Transition
from models.epics.listing import Page
from models.flow.flow import Load
from models.portfolio.board import Board
from models.portfolio.portfolio import Portfolio, ValueStream
from models.portfolio.preset import USUAL_BOARD

MONDAY = datetime(2026, 5, 18, 9, 0, tzinfo=UTC)
LIVE_AT = MONDAY - timedelta(days=365)
ANA, BEN, CLEO, DANA, ELI = "U0ANA", "U0BEN", "U0CLEO", "U0DANA", "U0ELI"
NAMES = {ANA: "Ana", BEN: "Ben", CLEO: "Cleo", DANA: "Dana", ELI: "Eli", "U0TACK": "Tack"}

HOSTILE = "<!channel> & <https://evil.example|x> *b* _i_ ~s~ `c`"
STREAMS = (
    ("Payments", "PAY", BEN, "C0PAY"),
    ("Onboarding", "ONB", CLEO, None),
    ("Platform", "PLT", ELI, None),
)
FIRST = 5
PAGE_SIZE = 20


def a_portfolio(streams=STREAMS, *, id=1, name="Shop", time_zone="Europe/Berlin"):
    portfolio = Portfolio(
        id=id,
        workspace_id=1,
        name=name,
        currency="EUR",
        time_zone=time_zone,
        working_days="1111100",
        holidays=[],
        open_to_all=True,
        live_at=LIVE_AT,
        has_themes=True,
    )
    Board(portfolio).use_preset(USUAL_BOARD)
    for number, state in enumerate(portfolio.states):
        state.id = 100 * id + number
    for number, (called, prefix, owner, channel) in enumerate(streams):
        portfolio.value_streams.append(
            ValueStream(
                id=1_000 * id + number,
                name=called,
                key_prefix=prefix,
                owner_user_id=owner,
                channel_id=channel,
                version=1,
            )
        )
    return portfolio


def many_streams(count):
    return [(f"Stream {number:03}", f"S{number}", ELI, None) for number in range(count)]


def an_epic(state="funnel", *, number=12, portfolio=None, stream=0, since=MONDAY, **more):
    portfolio = portfolio or a_portfolio()
    stream = portfolio.value_streams[stream]
    epic = Epic(
        id=number,
        version=1,
        workspace_id=1,
        portfolio=portfolio,
        value_stream=stream,
        state=portfolio.state(state),
        state_id=portfolio.state(state).id,
        state_entered_at=since,
        key=f"{stream.key_prefix}-{number}",
        title="Pay by bank transfer at checkout",
        hypothesis="Paying from the bank gets more customers through checkout.",
        owner_user_id=ANA,
    )
    for name, value in more.items():
        setattr(epic, name, value)
    return epic


def a_step(epic, came_from=None, *, by=ANA, reason=None, at=None, left=None):
    return Transition(
        left_phase=left,
        epic=epic,
        from_state=epic.portfolio.state(came_from) if came_from else None,
        to_state=epic.state,
        phase=epic.phase,
        at=at or epic.state_entered_at,
        actor_user_id=by,
        reason=reason,
    )


def a_card(epic, came_from=None, *, day=0, by=ANA, reason=None):
    """The epic's card so many days into its stay."""
    now = epic.state_entered_at + timedelta(days=day)
    return Card(epic, a_step(epic, came_from, by=by, reason=reason), now)


def a_decision(
    epic,
    *,
    question=Question.MVP,
    electors=(BEN, CLEO, ELI),
    voted=0,
    at=MONDAY,
    days=5,
    id=1,
    terms=(),
    asked=None,
    **more,
):
    """A decision about the epic, of which so many electors have voted."""
    terms = Terms(electors=electors, closes_at=at + timedelta(days=days), **dict(terms))
    about = About.of_epic(epic, at)
    asked = asked or Asked.usual(question)
    decision = Decision.open(f"D-{id}", about, asked, terms, by=ANA, at=at, advice=Advice(**more))
    decision.id, decision.epic, decision.portfolio = id, epic, epic.portfolio
    many = len(electors)
    set_committed_value(
        decision,
        "box",
        BallotBox(
            electors=many, waiting=many - voted, count=voted, hash="", recused=0, objections=0
        ),
    )
    return decision


def closed(decision, *choices, at=None, effect="nothing moved"):
    """The same with what each of them chose, and what came of it."""
    tally = decision.tally(choices)
    decision.close(tally, at or decision.closes_at)
    decision.effect = effect
    return decision


def a_page(total, number=1, *, state="funnel", portfolio=None, size=PAGE_SIZE, **more):
    """A page of that many epics."""
    portfolio = portfolio or a_portfolio()
    first, last = (number - 1) * size + 1, min(number * size, total)
    epics = [an_epic(state, number=n, portfolio=portfolio, **more) for n in range(first, last + 1)]
    return Page(epics, number, max(1, -(-total // size)), total)


def a_board(
    *,
    portfolio=None,
    stream=None,
    column=None,
    page=1,
    most=None,
    in_flight=None,
    more=None,
    **counts,
):
    """A board with so many epics in each column named, whole or one page of one column."""
    portfolio = portfolio or a_portfolio()
    stream = portfolio.value_streams[stream] if stream is not None else None
    found = {each.name: each for each in columns(portfolio)}
    per_column = {each: counts.get(name, 0) for name, each in found.items()}
    chosen = Chosen(value_stream_id=stream and stream.id, page=page, **(more or {}))
    facts = {
        "portfolio": portfolio,
        "value_stream": stream,
        "chosen": chosen,
        "counts": per_column,
        "loads": {each: Load(n, (most or {}).get(each.name)) for each, n in per_column.items()},
        "in_flight": Load(
            sum(n for each, n in per_column.items() if each.state.committed), in_flight
        ),
    }
    if column is not None:
        shown = found[column]
        state = shown.state.name
        epics = a_page(counts.get(column, 0), page, state=state, portfolio=portfolio)
        return BoardPage(**facts, column=shown, page=epics)
    first = {
        each: a_page(
            count, state=each.state.name, portfolio=portfolio, size=FIRST, phase=each.phase
        ).epics
        for each, count in per_column.items()
        if each.state.is_open and count
    }
    return BoardPage(**facts, first=first)
