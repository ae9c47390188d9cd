"""keep whom a message was sent to."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_02_2020"
down_revision = "2026_12_02_2010"


def upgrade() -> None:
    op.add_column("messages", sa.Column("user_id", sa.String(32), nullable=True))
    op.create_index("ix_messages_user_id", "messages", ["user_id"])
    op.execute(
        "UPDATE messages SET user_id = channel_id"
        " WHERE channel_id LIKE 'U%' OR channel_id LIKE 'W%'"
    )
    op.execute(
        "UPDATE messages SET user_id = (SELECT electors.user_id FROM electors"
        " WHERE electors.message_id = messages.id)"
        " WHERE kind = 'ballot_told' AND user_id IS NULL"
    )
    op.execute(
        "UPDATE messages SET user_id = (SELECT max(others.user_id) FROM messages AS others"
        " WHERE others.workspace_id = messages.workspace_id"
        " AND others.channel_id = messages.channel_id)"
        " WHERE channel_id LIKE 'D%' AND user_id IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_messages_user_id", "messages")
    op.drop_column("messages", "user_id")
