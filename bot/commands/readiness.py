"""Whether there is something to use yet: who types before set-up hears what comes first."""

from bot.slack.hearing import Call
from bot.workflows.people.workspaces import admin_ids
from bot.workflows.portfolio.readiness import check_begun


def check_is_set_up(call: Call, *, except_admins: bool = False) -> None:
    """Raise what is missing before the person can use Tack, and who can bring it about."""
    with call.database.read() as session:
        if except_admins and call.actor in admin_ids(session, call.workspace_id):
            return
        check_begun(session, call.workspace_id, call.actor)
