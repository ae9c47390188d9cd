"""What the sample's shop had finished by its old list: brought in, so that there is a before."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.demo.epic import IM, ONB, PAY, PLA, A, D, R
from models.epics.epic import Epic
from models.portfolio.portfolio import FIRST_STATE, Portfolio

SOURCE = "The old list"
IDEA_DAYS, READY_FOR_IT = 6, 0.4
"""How long it was an idea, and how much of the way was gone when it was begun in earnest."""

EARLIER = (
    (PAY, "Card numbers in groups of four", 259, 48),
    (ONB, "One page instead of five", 241, 95),
    (PLA, "Certificates that renew themselves", 226, 39),
    (PAY, "Invoices as PDF", 213, 71),
    (ONB, "Letters in English and French", 196, 84),
    (PLA, "A second data centre", 168, 112),
    (PAY, "Pay with points", 159, 58),
    (ONB, "Documents by photo", 150, 66),
    (PLA, "Passwords out of the code", 141, 44),
    (PAY, "Amounts in the customer's currency", 131, 92),
    (ONB, "A name for every step", 122, 35),
    (PAY, "Saved cards on a new phone", 112, 74),
    (PAY, "Direct debit for subscriptions", 103, 112),
    (ONB, "Help on the page itself", 86, 52),
    (ONB, "One name for one company", 80, 77),
)
"""The stream, the title, how many days ago it was done, and how many days it took."""


def bring_in(session: Session, portfolio: Portfolio, now: datetime) -> None:
    """Store them as an import does: with their moments, and with the next free keys."""
    for number, (stream_name, title, days_ago, took) in enumerate(EARLIER, 1):
        stream = next(each for each in portfolio.value_streams if each.name == stream_name)
        done_at = now - timedelta(days=days_ago)
        begun_at = done_at - timedelta(days=took)
        epic = Epic(
            workspace_id=portfolio.workspace_id,
            portfolio=portfolio,
            value_stream=stream,
            key=stream.take_key(),
            title=title,
            source=SOURCE,
            source_id=str(number),
            version=1,
        )
        idea_at = begun_at - timedelta(days=IDEA_DAYS)
        session.add(epic.enter(portfolio.state(FIRST_STATE), idea_at, None))
        tried_at = begun_at + READY_FOR_IT / 2 * (done_at - begun_at)
        built_at = begun_at + READY_FOR_IT * (done_at - begun_at)
        for name, at in ((R, begun_at), (A, tried_at), (IM, built_at), (D, done_at)):
            session.add(epic.move(portfolio.state(name), None, None, at))
    session.flush()
