"""The form to move an epic to any state, with a reason for those who read it later."""

from typing import Any

from bot.views.blocks import context, field, modal, option, select, text_input
from bot.views.mrkdwn import words
from bot.views.values import EpicVersion
from models.epic import Epic

CALLBACK = "move_epic_form"
STATE = "state"
REASON = "reason"
REASON_LENGTH = 500


def move_form(epic: Epic, channel_id: str | None) -> dict[str, Any]:
    """The form, for the epic as it stands now, opened in a channel or in App Home."""
    options = [
        option(state.label, str(state.id))
        for state in epic.portfolio.states
        if state.id != epic.state_id
    ]
    return modal(
        CALLBACK,
        f"Move {epic.key}",
        [
            context(words("move_form", "now", epic=epic)),
            field(STATE, "To which state?", select(STATE, "Choose one", options)),
            field(
                REASON,
                "Why?",
                text_input(REASON, max_length=REASON_LENGTH, multiline=True),
                hint="Optional. It stays with the epic's history.",
                optional=True,
            ),
        ],
        submit="Move",
        private_metadata=EpicVersion(epic=epic.id, version=epic.version, channel=channel_id).value,
    )
