"""Two transactions at once, the first of them held open until the second one waits."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from models.errors import Mistake

WAITS_S = 0.4
"""So long the second one is given to come as far as it can."""


def meanwhile(database, first, second):
    """Both at once, the first one a little ahead; what the second one was refused with."""
    came, goes_on = Event(), Event()

    def ahead():
        with database.write() as session:
            first(session)
            session.flush()
            came.set()
            assert goes_on.wait(30)

    def behind():
        try:
            with database.write() as session:
                second(session)
        except Mistake as mistake:
            return mistake
        return None

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(ahead)
        assert came.wait(30)
        other = pool.submit(behind)
        time.sleep(WAITS_S)
        goes_on.set()
        one.result(30)
        return other.result(30)
