"""Net flow: what came into flight and left it in 13 weeks, epic by epic."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from bot.workflows.flow.scope import Look, flow_seen
from models.board.digest import WEEK
from models.flow.days import microseconds
from models.flow.figures import NEVER, Clocks, Flags, Ints
from models.flow.finishing import QUARTER_WEEKS


@dataclass(frozen=True, slots=True)
class NetFlow:
    """The epics by their ids, in rising order."""

    before: Ints
    """In flight 13 weeks ago."""
    came: Ints
    finished: Ints
    now: Ints
    """In flight at the moment."""

    @property
    def left(self) -> int:
        """How many left unfinished, most of them stopped; below 0 where more came back."""
        return len(self.before) + len(self.came) - len(self.finished) - len(self.now)

    def left_of(self, epics: Ints) -> Ints:
        """The same of each of these: 1 of one that left unfinished, -1 of one that came back."""
        was, came, finished, is_ = (
            np.isin(epics, each).astype(np.int64)
            for each in (self.before, self.came, self.finished, self.now)
        )
        left: Ints = was + came - finished - is_
        return left


def net_flow(session: Session, look: Look, clocks: Clocks) -> NetFlow:
    """Of the 13 weeks to the moment looked at, whose clocks these are."""
    since = look.moment - QUARTER_WEEKS * WEEK
    then = flow_seen(session, look, since)
    before = then.clocks
    if look.scope.value_stream is not None:
        before = before.among(then.stream == look.scope.value_stream.id)
    since_us = microseconds(since)
    came: Flags = (clocks.committed_us > since_us) & (clocks.committed_us < NEVER)
    finished: Flags = clocks.has_flow_time & (clocks.done_us > since_us)
    return NetFlow(
        before.epic[before.in_flight],
        clocks.epic[came],
        clocks.epic[finished],
        clocks.epic[clocks.in_flight],
    )
