"""`/portfolio streams`: the value streams, listed, added and changed."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes, show
from bot.slack.actions import Note, Shown
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.views.portfolio.actions import AddStream, AddStreams, EditStream, StreamsList
from bot.views.portfolio.change_notes import done, saved
from bot.views.portfolio.stream_page import stream_page
from bot.workflows import seeing
from bot.workflows.keeping import seen_portfolio
from bot.workflows.permitting import Place, may
from bot.workflows.portfolio import streams
from bot.workflows.portfolio.basics import PORTFOLIOS
from bot.workflows.portfolio.streams import STREAMS
from models.errors import FieldMistakes, Mistake
from models.people.role import Right
from models.portfolio.forms import SeveralStreamsForm
from models.portfolio.setup import StreamSetup


def hear(call: Call, words: str) -> None:
    """Hear `/portfolio streams`."""
    show(call, StreamsList(), "/portfolio streams")


@routes.page
def draw_streams(call: Call, session: Session, page: StreamsList) -> Shown:
    """The value streams of a portfolio."""
    portfolio = seen_portfolio(call.act(session), page.portfolio, PORTFOLIOS.command)
    found = streams.list_streams(session, portfolio, call.actor, page.number)
    may_add = may(session, call.actor, Right.SET_UP, Place.of_portfolio(portfolio))
    return stream_page(found, page, seeing.portfolios(session, *call.who), may_add=may_add)


@routes.opens
def ask_new_stream(call: Call, session: Session, it: AddStream) -> Open:
    STREAMS.portfolio(call.act(session), it.portfolio)
    return Open(StreamSetup, "A value stream", it, submit="Add it")


@routes.saves
def add_stream(call: Call, session: Session, form: StreamSetup, about: AddStream) -> Note:
    stream = streams.add_stream(session, *call.who, about.portfolio, form, call.at)
    return done("stream_added", stream=stream)


@routes.opens
def ask_names(call: Call, session: Session, it: AddStreams) -> Open:
    STREAMS.portfolio(call.act(session), it.portfolio)
    return Open(SeveralStreamsForm, "Several value streams", it, submit="Add them")


@routes.saves
def add_streams(call: Call, session: Session, form: SeveralStreamsForm, about: AddStreams) -> Note:
    portfolio = STREAMS.portfolio(call.act(session), about.portfolio)
    try:
        named = streams.names_to_take(session, call.workspace_id, portfolio, form.names)
        added = streams.add_streams(session, *call.who, portfolio.id, named, call.at)
    except (FieldMistakes, Mistake) as mistake:
        raise FieldMistakes({"names": mistake.sentence}) from mistake
    return done("streams_added", streams=added)


@routes.opens
def ask_stream(call: Call, session: Session, it: EditStream) -> Open:
    stream = STREAMS.look(call.act(session), it.id)
    return Open(StreamSetup, "A value stream", EditStream.of(stream), held=stream)


@routes.saves
def change_stream(call: Call, session: Session, form: StreamSetup, about: EditStream) -> Note:
    _, changes = streams.change_stream(session, *call.who, about.id, about.version, form, call.at)
    return saved(changes)
