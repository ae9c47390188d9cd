"""The limits of a portfolio or of one of its value streams."""

from sqlalchemy.orm import Session

from bot.commands.routes import routes
from bot.slack.actions import Note
from bot.slack.forms import Open
from bot.slack.hearing import Call
from bot.slack.mrkdwn import words
from bot.views.portfolio.actions import LimitPortfolio, LimitStream
from bot.views.portfolio.change_notes import saved
from bot.workflows.permitting import Place, check
from bot.workflows.portfolio import limits, streams
from bot.workflows.portfolio.basics import PORTFOLIOS
from models.people.role import Right
from models.portfolio.forms import LimitsForm
from models.portfolio.portfolio import Portfolio, ValueStream


@routes.opens
def ask_limits(call: Call, session: Session, it: LimitPortfolio | LimitStream) -> Open:
    """Ask how many may stand in each place; before it is live, what is in flight is offered."""
    portfolio, stream = _scope(call, session, it)
    place = Place.of_portfolio(portfolio) if stream is None else Place.of_stream(stream)
    check(session, call.actor, Right.SET_LIMITS, place)
    standing = limits.standing(session, portfolio, stream)
    held = dict(limits.limits_of(session, portfolio, stream))
    if not held and portfolio.live_at is None and standing[limits.ALL]:
        held[limits.ALL] = standing[limits.ALL]
    scope = stream or portfolio
    return Open(
        LimitsForm.at((p.name, p.label, standing[p.name]) for p in limits.places(portfolio)),
        "Limits",
        type(it).of(scope),
        held=held,
        lead=words("portfolio/board_page", "limits", scope=scope.name),
    )


@routes.saves
def set_limits(
    call: Call, session: Session, form: LimitsForm, about: LimitPortfolio | LimitStream
) -> Note:
    portfolio, stream = _scope(call, session, about)
    where = portfolio.id, stream.id if stream else None
    changes = limits.set_limits(session, *call.who, *where, about.version, dict(form), call.at)
    return saved(changes)


def _scope(
    call: Call, session: Session, it: LimitPortfolio | LimitStream
) -> tuple[Portfolio, ValueStream | None]:
    act = call.act(session)
    if isinstance(it, LimitPortfolio):
        return PORTFOLIOS.seen(act, it.id), None
    stream = streams.stream_of(session, call.workspace_id, it.id)
    return PORTFOLIOS.seen(act, stream.portfolio_id), stream
