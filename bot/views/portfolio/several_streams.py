"""Adding several value streams at once: their names, then an owner and a channel for each."""

from collections.abc import Sequence
from typing import Any

from bot.slack.answers import Answer
from bot.slack.blocks import Block, modal, section, shorten
from bot.slack.choosers import described
from bot.slack.mrkdwn import words
from bot.slack.values import SettingRef, Value
from bot.views.portfolio.setting_fields import channel_field, choice_field, line_field, owner_field
from bot.views.portfolio.stream_page import STAGES
from models.portfolio.portfolio import Stage
from models.portfolio.setup import LONGEST_NAME, MOST_STREAMS_AT_ONCE, StreamSetup

NAMES_FORM = "stream_names"
REST_FORM = "stream_owners"
NAMES, STAGE = "names", "stage"
NAME_SHOWN = 60


class SeveralPlan(Value):
    """The value streams to be: names, and the letters their keys begin with."""

    form: SettingRef
    streams: tuple[tuple[str, str], ...]


def names_form(memory: SettingRef) -> dict[str, Any]:
    """Which ones?"""
    return modal(
        NAMES_FORM,
        "Several value streams",
        [
            section(words("portfolio/several_streams", "names_lead")),
            line_field(
                NAMES,
                "Their names, one a line",
                max_length=MOST_STREAMS_AT_ONCE * (LONGEST_NAME + 20),
                placeholder="Payments, PAY",
                hint="Letters for the keys can follow after a comma; left out, the name gives "
                f"them. Up to {MOST_STREAMS_AT_ONCE} at once.",
                multiline=True,
            ),
        ],
        submit="Continue",
        private_metadata=memory.value,
    )


def rest_form(streams: Sequence[StreamSetup], memory: SettingRef) -> dict[str, Any]:
    """Whose, and where?"""
    blocks: list[Block] = [
        section(words("portfolio/several_streams", "rest_lead", total=len(streams)))
    ]
    for place, stream in enumerate(streams):
        name = shorten(stream.name, NAME_SHOWN)
        label = f"Owner of {name} ({stream.key_prefix})"
        blocks.append(owner_field(owner(place), label, None))
        placeholder = "Where do its epics appear?"
        label = f"Channel of {name}"
        blocks.append(channel_field(channel(place), label, None, placeholder=placeholder))
    stages = [described(s.value.capitalize(), s.value, says) for s, says in STAGES.items()]
    hint = "Each can change any day."
    usual = Stage.PROJECT_FUNDED.value
    blocks.append(choice_field(STAGE, "How are they funded?", stages, usual, hint=hint))
    pairs = tuple((stream.name, stream.key_prefix) for stream in streams)
    return modal(
        REST_FORM,
        "Several value streams",
        blocks,
        submit="Add them",
        private_metadata=SeveralPlan(form=memory, streams=pairs).value,
    )


def owner(place: int) -> str:
    """The field of an owner."""
    return f"owner_{place}"


def channel(place: int) -> str:
    """The field of a channel."""
    return f"channel_{place}"


def uninvited(channel_ids: Sequence[str], bot_user_id: str) -> Answer:
    """Told to who added them: where Tack cannot post yet."""
    said = words(
        "portfolio/several_streams", "uninvited", channels=channel_ids, bot_user_id=bot_user_id
    )
    return Answer(said, [section(said)])
