"""What was typed and chosen for a value stream."""

from bot.commands.people.roles import check_people
from bot.slack.asking import channels
from bot.slack.blocks import Block
from bot.slack.hearing import Call
from bot.slack.values import OldButton
from bot.views.portfolio import stream_page, told_changes
from models.portfolio.portfolio import Stage, ValueStream
from models.portfolio.setup import StreamSetup


def check_choices(call: Call, setup: StreamSetup, before: ValueStream | None) -> Block | None:
    """Look the owner and the channel up where they are new; what is to be done about a channel.

    Raises FieldMistakes for an owner who can own nothing and for a channel that is not there.
    """
    if setup.owner_user_id and (before is None or before.owner_user_id != setup.owner_user_id):
        check_people(call, [setup.owner_user_id], stream_page.OWNER)
    channel_id = setup.channel_id
    if channel_id is None or (before is not None and before.channel_id == channel_id):
        return None
    if not channels.is_outside(call.client, channel_id, stream_page.CHANNEL):
        return None
    return told_changes.invite(channel_id, call.bot_user_id)


def stream_typed(typed: dict[str, str | None]) -> StreamSetup:
    """What a form says of a stream. Raises OldButton."""
    stage = typed.get(stream_page.STAGE) or Stage.PROJECT_FUNDED.value
    if stage not in {each.value for each in Stage}:
        raise OldButton
    return StreamSetup(
        name=typed.get(stream_page.NAME) or "",
        key_prefix=typed.get(stream_page.PREFIX) or "",
        owner_user_id=typed.get(stream_page.OWNER),
        channel_id=typed.get(stream_page.CHANNEL),
        stage=Stage(stage),
    )
