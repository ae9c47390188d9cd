"""Every kind of work there is, by the beginning of its key, and the job that does it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.worker.courier import Courier
from bot.worker.files.exports import give_export
from bot.worker.files.pictures import show_picture
from bot.worker.files.uploads import give_bad_rows, load_file
from bot.worker.groups import read_groups
from bot.worker.jobs import Done, Job, Outcome, Task
from bot.worker.members import ask_who_left
from bot.workflows.audit import anchoring
from bot.workflows.board import digesting, renewing
from bot.workflows.board import fact_check as asking
from bot.workflows.budgets import shifting
from bot.workflows.decisions import closing
from bot.workflows.decisions.follow_up import announcing, reminding
from bot.workflows.decisions.opening import planning
from bot.workflows.files import undoing

Workflow = Callable[[Session, int, datetime], None]
"""Does what is due to the subject of that id; what it puts, it puts last."""


def jobs() -> Mapping[str, Job]:
    """All of them; of most all that is done stands in one workflow."""
    courier = Courier()
    return {
        "audit": at_its_time(anchoring.anchor_due),
        "bad_rows": give_bad_rows,
        "close": at_its_time(closing.close_due),
        "days": at_its_time(renewing.renew_due),
        "digest": at_its_time(digesting.send_due),
        "export": give_export,
        "facts": at_its_time(asking.ask_due),
        "groups": read_groups,
        "home": courier.show_home,
        "open": at_its_time(planning.open_due),
        "members": ask_who_left,
        "message": courier.show_message,
        "picture": show_picture,
        "remind": at_its_time(reminding.remind_due),
        "shift": at_its_time(shifting.lapse_due),
        "shift_stand_ins": at_its_time(shifting.ask_stand_ins_due),
        "tell": at_its_time(announcing.announce_due),
        "undo": at_its_time(undoing.end_offer),
        "upload": load_file,
    }


def at_its_time(workflow: Workflow) -> Job:
    def job(task: Task) -> Outcome:
        return Done(lambda session, now: workflow(session, task.subject_id, now))

    return job
