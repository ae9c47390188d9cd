"""What is asked of the owner of an epic that was stopped."""

from typing import Annotated

from models.form import Form, Paragraph


class LearnedForm(Form):
    """What was learned from it."""

    learned: Annotated[
        str,
        Paragraph(
            label="What did you learn?",
            example="Customers trust the bank page, not ours",
            hint="It is posted with the result and stays on the card. Up to 500 characters.",
            missing="Say in a sentence what was learned.",
        ),
    ]
