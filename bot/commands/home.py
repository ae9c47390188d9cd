"""App Home: opened, and looked at in another way."""

from collections.abc import Sequence

from bot.commands.hearing import Call
from bot.views import home_board
from bot.views.values import HomeChoice, OldButton
from bot.workflows import finding, looking
from models.portfolio import Portfolio


def opened(call: Call) -> None:
    """Have the person's Home drawn; the courier publishes it."""
    call.ack()
    if call.body["event"].get("tab") != "home":
        return
    with call.write() as session:
        looking.look(session, call.workspace_id, call.actor, call.at)


def see(call: Call) -> None:
    """Have it drawn with another choice."""
    chosen = call.action.get("selected_option") or call.action
    choice = HomeChoice.read(chosen["value"])
    with call.write() as session:
        _check(choice, finding.portfolios(session, call.workspace_id, call.actor))
        looking.choose(
            session,
            call.workspace_id,
            call.actor,
            call.at,
            portfolio_id=choice.portfolio,
            value_stream_id=choice.stream,
            state_id=choice.state,
            page=choice.page,
        )
    call.ack()


def suggest_streams(call: Call) -> None:
    """The value streams with what was typed in their names, each with what would be seen."""
    typed = call.body.get("value", "").strip().casefold()
    with call.database.read() as session:
        home = looking.home_of(session, call.workspace_id, call.actor)
        seen = looking.portfolio_of(
            home, finding.portfolios(session, call.workspace_id, call.actor)
        )
    streams = seen.value_streams if seen else []
    choice = HomeChoice(portfolio=seen.id if seen else None, state=home.state_id if home else None)
    found = [stream for stream in streams if typed in stream.name.casefold()]
    call.ack(options=home_board.stream_choices(found, choice))


def _check(choice: HomeChoice, portfolios: Sequence[Portfolio]) -> None:
    """Raise OldButton for a choice that is not the workspace's."""
    portfolio = next((each for each in portfolios if each.id == choice.portfolio), None)
    if portfolio is None:
        raise OldButton
    if choice.stream not in {None, *(stream.id for stream in portfolio.value_streams)}:
        raise OldButton
    if choice.state not in {None, *(state.id for state in portfolio.states)}:
        raise OldButton
