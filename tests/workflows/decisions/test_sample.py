"""The sample to look at: decisions that came true, and one that is open."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.demo.decisions import OPEN
from bot.demo.epic import IM, Read
from bot.demo.sample import ZONE, events
from bot.workflows.audit import verifying
from models.decisions.decision import Decision, Way
from models.epics.hypothesis import read_stop_line
from models.message import BALLOT_KINDS, Message
from models.work import Work
from tests.workflows.sampled import CHANNELS, PEOPLE, SPRING, put_sample


def test_on_whichever_day_it_begins_no_reading_asks_for_a_stop():
    """A reading past the stop line opens a vote of its own, beside the one that is shown."""
    looked_at = set()
    for hours in range(0, 365 * 24, 37):
        tested_on = {}
        for at, sample, happened in events(SPRING + timedelta(hours=hours)):
            day = at.astimezone(ZoneInfo(ZONE)).date()
            line = read_stop_line(sample.numbers and sample.numbers.kill_threshold)
            if happened == IM:
                tested_on.setdefault(sample.title, day)
            elif line and line.after and isinstance(happened, Read) and sample.title in tested_on:
                looked_at.add(sample.title)
                begins = line.holds_from(tested_on[sample.title], None)
                assert day < begins or not line.is_passed_by(Decimal(happened.value)), (at, sample)
    assert OPEN in looked_at


def test_the_sample_holds_one_open_ballot_and_what_was_decided_before(database):
    here = put_sample(database, SPRING)
    with database.read() as session:
        decisions = session.scalars(select(Decision).order_by(Decision.id)).all()
        ended = Counter(
            (each.decided, each.way, each.score, (each.effect or "").partition(" ")[0])
            for each in decisions[:-1]
        )
        assert ended == {
            ("go", Way.ALONE, None, "moved"): 6,
            ("go", Way.VOTE, "3 to 0", "moved"): 2,
            ("persevere", Way.ALONE, None, "moved"): 1,
            ("persevere", Way.VOTE, "2 to 1", "moved"): 1,
            ("stop", Way.ALONE, None, "stopped"): 3,
        }
        open_one = decisions[-1]
        assert open_one.is_open
        shown = select(Message.channel_id, Message.subject_id).where(Message.kind.in_(BALLOT_KINDS))
        assert set(session.execute(shown).all()) == {
            (place, open_one.id)
            for place in (CHANNELS["portfolio"], PEOPLE["ben"], PEOPLE["cleo"], PEOPLE["eli"])
        }
        keys = session.scalars(select(Work.key).where(Work.key.startswith("close:"))).all()
        assert keys == [f"close:{open_one.id}"]
        found = verifying.verify(session, here)
        assert (found.broken, found.ballots) == (None, 10)
