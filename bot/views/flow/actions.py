"""What can be looked at of flow: the figures of a digest, or of now, with what is behind them."""

from bot.slack.actions import Id, Page


class ExplainDigest(Page):
    """What is behind the figures that a digest told."""

    digest: Id


class ExplainFlow(Page):
    """What is behind the figures of now, of the first portfolio seen where none is named."""

    portfolio: Id | None = None
    stream: Id | None = None
