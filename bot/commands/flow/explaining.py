"""`/flow explain`, and the button of a digest: what each number is drawn from."""

from sqlalchemy.orm import Session

from bot.commands.readiness import check_is_set_up
from bot.commands.routes import routes, show
from bot.slack.actions import Shown
from bot.slack.hearing import Call
from bot.views.flow.actions import ExplainDigest, ExplainFlow
from bot.views.flow.explained import explained
from bot.workflows.flow.explaining import (
    COMMAND,
    explain_digest,
    explain_now,
    place_of_channel,
)


def hear(call: Call) -> None:
    """Hear `/flow explain`: of what the channel is told of, or of the first portfolio seen."""
    check_is_set_up(call)
    portfolio_id = stream_id = None
    if call.channel_id is not None:
        with call.database.read() as session:
            place = place_of_channel(session, call.workspace_id, call.channel_id)
        portfolio_id, stream_id = place
    show(call, ExplainFlow(portfolio=portfolio_id, stream=stream_id), COMMAND)


@routes.page
def draw_digest(call: Call, session: Session, page: ExplainDigest) -> Shown:
    """The figures that a digest told."""
    return explained(explain_digest(session, *call.who, page.digest, page.number), page)


@routes.page
def draw_flow(call: Call, session: Session, page: ExplainFlow) -> Shown:
    """The figures as they are now."""
    place = (page.portfolio, page.stream)
    return explained(explain_now(session, *call.who, place, call.at, page.number), page)
