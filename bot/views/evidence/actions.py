"""What can be done about evidence, and the page that lists it."""

from bot.slack.actions import Action, Found, Id, Page


class EvidenceShown(Page):
    """All evidence of an epic."""

    epic: Id


class AddEvidence(Action):
    """A reading or an observation of an epic."""

    epic: Id


class AttachEvidence(Found):
    """What a message says, for an epic that is found by typing."""


class StrikeReading(Action):
    """A reading that is wrong."""

    reading: Id


class StrikeObservation(Action):
    """An observation that is wrong."""

    observation: Id
