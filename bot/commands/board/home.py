"""App Home: opened, and looked at in another way.

It acks itself: Home is no window that the kernel lays over others, the courier publishes it.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.slack.hearing import Call
from bot.slack.typed import answers_of
from bot.slack.values import OldButton
from bot.views.board import home as home_board
from bot.views.board import home_choices
from bot.views.board.home_choices import HomeChoice
from bot.views.epics.next_step import BoardRef
from bot.workflows import seeing
from bot.workflows.board import board as boarding
from bot.workflows.board import home as looking
from bot.workflows.board.home import Chosen
from models.board.home import Home
from models.fields import folded
from models.portfolio.portfolio import Portfolio


def opened(call: Call) -> None:
    """Have the person's Home drawn; the courier publishes it."""
    call.ack()
    if call.body["event"].get("tab") != "home":
        return
    with call.write() as session:
        looking.look(session, call.workspace_id, call.actor, call.at)


def see(call: Call) -> None:
    """Have it drawn with another choice; what is searched for stays, in the same portfolio."""
    picked = call.action.get("selected_option") or call.action
    choice = HomeChoice.read(picked["value"])
    with call.write() as session:
        _check(choice, seeing.portfolios(session, call.workspace_id, call.actor))
        home = looking.home_of(session, call.workspace_id, call.actor)
        stays = home is not None and home.portfolio_id == choice.portfolio
        looking.choose(
            session,
            call.workspace_id,
            call.actor,
            call.at,
            portfolio_id=choice.portfolio,
            chosen=_chosen(choice, home if stays else None),
        )
    call.ack()


def open_search(call: Call) -> None:
    """Open the form that asks which words to look for."""
    with call.database.read() as session:
        portfolio, chosen = _seen(session, call)
    if portfolio is None:
        raise OldButton
    call.open_form(home_choices.search_form(portfolio, chosen.text, chosen.owner_user_id))
    call.ack()


def search(call: Call) -> None:
    """Have the board drawn with the epics that have the words, or are someone's."""
    memory = HomeChoice.read(call.view["private_metadata"])
    answers = answers_of(call.view)
    typed = answers.get(home_choices.WORDS) or ""
    owner = answers.get(home_choices.OWNER)
    _look_for(call, " ".join(typed.split()) or None, owner, memory)


def show_all_words(call: Call) -> None:
    """Have it drawn whatever words its epics have, and whose they are."""
    _look_for(call, None, None)


def show_board(call: Call) -> None:
    """Show the board of a value stream to who asked, as they may see it."""
    ref = BoardRef.read(call.action["value"])
    with call.database.read() as session:
        choice = HomeChoice(portfolio=ref.portfolio, stream=ref.stream)
        _check(choice, seeing.portfolios(session, call.workspace_id, call.actor))
        board = boarding.board(session, ref.portfolio, call.actor, _chosen(choice))
        form = home_board.stream_board(board)
    call.open_form(form)
    call.ack()


def suggest_streams(call: Call) -> None:
    """The value streams with what was typed in their names, each with what would be seen."""
    typed = folded(call.body.get("value", ""))
    with call.database.read() as session:
        portfolio, chosen = _seen(session, call)
    streams = portfolio.open_streams if portfolio else []
    choice = HomeChoice(
        portfolio=portfolio.id if portfolio else None,
        state=chosen.state_id,
        phase=chosen.phase,
        theme=chosen.theme_id,
        no_theme=chosen.no_theme,
        mine=chosen.mine,
    )
    found = [stream for stream in streams if typed in folded(stream.name)]
    call.ack(options=home_choices.stream_choices(found, choice))


def _look_for(
    call: Call, words: str | None, owner: str | None, memory: HomeChoice | None = None
) -> None:
    """Keep all else that was chosen, in the portfolio that the form was about."""
    with call.write() as session:
        portfolio, chosen = _seen(session, call)
        if memory is not None and (portfolio is None or portfolio.id != memory.portfolio):
            raise OldButton
        looking.choose(
            session,
            call.workspace_id,
            call.actor,
            call.at,
            portfolio_id=portfolio.id if portfolio else None,
            chosen=replace(
                chosen,
                text=words,
                owner_user_id=owner,
                mine=chosen.mine and owner is None,
                page=1,
            ),
        )
    call.ack()


def _seen(session: Session, call: Call) -> tuple[Portfolio | None, Chosen]:
    """The portfolio the person looks at, and what of it."""
    home = looking.home_of(session, call.workspace_id, call.actor)
    grants = looking.grants_of(session, call.workspace_id, call.actor)
    portfolios = seeing.portfolios(session, call.workspace_id, call.actor)
    portfolio = looking.portfolio_of(home, portfolios, call.actor, grants)
    if portfolio is None:
        return None, Chosen()
    return portfolio, looking.chosen_of(home, portfolio, call.actor, grants)


def _chosen(choice: HomeChoice, searched: Home | None = None) -> Chosen:
    """What a button stands for, with what was searched for before."""
    return Chosen(
        value_stream_id=choice.stream,
        state_id=choice.state,
        phase=choice.phase,
        theme_id=choice.theme,
        no_theme=choice.no_theme,
        mine=choice.mine,
        owner_user_id=searched.owner_user_id if searched and not choice.mine else None,
        text=searched.text if searched else None,
        page=choice.page,
    )


def _check(choice: HomeChoice, portfolios: Sequence[Portfolio]) -> None:
    """Raise OldButton for a choice that is not the workspace's."""
    portfolio = next((each for each in portfolios if each.id == choice.portfolio), None)
    if portfolio is None:
        raise OldButton
    if choice.stream not in {None, *(stream.id for stream in portfolio.value_streams)}:
        raise OldButton
    if choice.state not in {None, *(state.id for state in portfolio.states)}:
        raise OldButton
