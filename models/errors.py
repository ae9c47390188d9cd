"""One class per rule a person can break; its message is the sentence they read."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Mistake(Exception):
    """A broken rule; nothing was changed."""

    ask: Sequence[str] = ()
    """Who can mend it, by their ids in Slack."""
    named: Sequence[str] = ()
    """People whom the sentence ends with, likewise."""

    @property
    def sentence(self) -> str:
        """What the person reads."""
        return str(self)


class FieldMistakes(Mistake):
    """A form that cannot be taken yet: a sentence for each field that needs another look."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


class ReasonMissing(FieldMistakes):
    """Something that others will want to understand, without a word why."""

    def __init__(self, sentence: str) -> None:
        super().__init__({"reason": sentence})


class DatabaseAway(Mistake):
    """The database did not answer in time."""

    def __init__(self) -> None:
        super().__init__(
            "Tack cannot reach its database right now, so nothing was changed. "
            "Please try again in a minute."
        )


class DatabaseBusy(DatabaseAway):
    """The database answers, but so many ask that its turn did not come in time."""

    def __init__(self) -> None:
        Mistake.__init__(
            self,
            "Tack is busy: many ask for something at this moment. Nothing was changed; "
            "please try once more.",
        )


class Gone(Mistake):
    """Something that is not there, or not for this person."""

    def __init__(self, command: str) -> None:
        super().__init__(f"That is not there any more. {command} shows what there is.")


class ChangedSince(Mistake):
    """Something that someone else has changed since it was shown."""

    def __init__(self, what: str, sentence: str | None = None) -> None:
        super().__init__(
            sentence
            or f"Someone has changed {what} since this form was opened. Copy what you typed, "
            "close the form and open it again to see it as it is now."
        )
        self.what = what


class Taken(FieldMistakes):
    """A second noun of the same name, where no two may have the same."""

    def __init__(self, field: str, one: str, called: str) -> None:
        super().__init__({field: f"There is already {one} {called[:60]}."})


class AlreadyThere(Mistake):
    """A move to the state the epic is in."""

    def __init__(self, key: str, label: str) -> None:
        super().__init__(f"{key} is already in {label}.")


class MovedMeanwhile(ChangedSince):
    """A click on a card that showed the epic as it was before someone moved or changed it."""

    def __init__(self, key: str, label: str) -> None:
        said = f"{key} has changed in the meantime and is now in {label}. Look again and decide."
        super().__init__(key, said)


def there(found: T | None, command: str) -> T:
    """What was found. Raises Gone where nothing was; the command lists what there is."""
    if found is None:
        raise Gone(command)
    return found


def check_as_seen(what: str, seen: object, now: object) -> None:
    """Raise ChangedSince where what was seen, by its version or its mark, is another now."""
    if seen != now:
        raise ChangedSince(what)


def check_free(field: str, one: str, called: str, same: object | None) -> None:
    """Raise Taken where another one of that name was found."""
    if same is not None:
        raise Taken(field, one, called)
