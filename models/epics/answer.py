"""What the owner of a value stream says to an idea."""

from dataclasses import dataclass

from models.epics.epic import AnswerKind
from models.errors import FieldMistakes

LONGEST = 1_000

WORDS_MISSING = {
    AnswerKind.NOT_NOW: "Say why not now, in a sentence: it is what the proposer reads.",
    AnswerKind.QUESTION: "Write the question you have.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaAnswer:
    """An answer with its words, and with a yes what the review needs to know."""

    kind: AnswerKind
    words: str | None = None
    theme_id: int | None = None
    theme_none_because: str | None = None
    owner_user_id: str | None = None

    def checked(self) -> "IdeaAnswer":
        """The same; raises FieldMistakes, keyed `words` and `theme_none_because`."""
        errors = {}
        if self.kind in WORDS_MISSING and not (self.words or "").strip():
            errors["words"] = WORDS_MISSING[self.kind]
        for name, text in (
            ("words", self.words),
            ("theme_none_because", self.theme_none_because),
        ):
            if len(text or "") > LONGEST:
                errors[name] = (
                    f"Up to {LONGEST:,} characters, please; this has {len(text or ''):,}."
                )
        if self.theme_id is not None and self.theme_none_because:
            errors["theme_none_because"] = "Choose a theme, or say why there is none: not both."
        if errors:
            raise FieldMistakes(errors)
        return self
