"""The people and channels that a form names: whether they can be what they are chosen for."""

from collections.abc import Sequence

from bot.slack.asking import channels
from bot.slack.hearing import Call
from models.errors import FieldMistakes
from models.form import Channel, Form, People, Person


def check_people(call: Call, form: Form, held: object) -> None:
    """Refuse at its field who can have no role or task. Raises FieldMistakes and CannotSay."""
    for name, people in _newly_chosen(form, held, (Person, People)).items():
        if unfit := call.unfit(people):
            raise FieldMistakes({name: unfit})


def channels_outside(call: Call, form: Form, held: object) -> Sequence[str]:
    """The channels that Tack is not in yet.

    Raises FieldMistakes for one that is archived, or is not there for Tack.
    """
    chosen = _newly_chosen(form, held, Channel)
    return [
        channel_id
        for name, [channel_id] in chosen.items()
        if channels.is_outside(call.client, channel_id, name)
    ]


def _newly_chosen(
    form: Form, held: object, kind: type | tuple[type, ...]
) -> dict[str, Sequence[str]]:
    """What was chosen in the fields of a kind and was not held before."""
    known = form.held_by(held)
    chosen = {
        name: [each for each in _all(getattr(form, name)) if each not in _all(known[name])]
        for name, question in form.questions().items()
        if isinstance(question, kind)
    }
    return {name: new for name, new in chosen.items() if new}


def _all(chosen: str | Sequence[str] | None) -> Sequence[str]:
    return [chosen] if isinstance(chosen, str) else chosen or ()
