"""The sample to look at: decisions that came true, and one that is open."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import select

from bot.demo.demo import CHANNELS, PEOPLE
from bot.demo.sample import load_sample
from bot.workflows.audit import verifying
from bot.workflows.people.workspaces import grant_admin, workspace_of
from models.decisions.decision import Decision, Way
from models.message import BALLOT_KINDS, Message
from models.work import Work

NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)


def test_the_sample_holds_one_open_ballot_and_what_was_decided_before(database):
    people = {name: f"U0{name.upper()}" for name in PEOPLE}
    channels = {name: f"C0{name.upper()}" for name in CHANNELS}
    with database.write() as session:
        here = workspace_of(session, "T1").id
        grant_admin(session, here, people["ana"], None, NOW)
        load_sample(session, here, people, channels, NOW)
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
            for place in (channels["portfolio"], people["ben"], people["cleo"], people["eli"])
        }
        keys = session.scalars(select(Work.key).where(Work.key.startswith("close:"))).all()
        assert keys == [f"close:{open_one.id}"]
        found = verifying.verify(session, here)
        assert (found.broken, found.ballots) == (None, 10)
