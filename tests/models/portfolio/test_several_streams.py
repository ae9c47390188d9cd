"""The value streams of a text, one a line."""

import pytest

from models.errors import Mistake
from models.portfolio.setup import parse_streams


def parsed(text, prefixes=(), names=()):
    return [(each.name, each.key_prefix) for each in parse_streams(text, prefixes, names)]


def test_a_line_is_a_name_and_letters_can_follow_as_a_sheet_or_a_person_writes_them():
    text = "Payments\n\n  Onboarding , ONB\nClaims\tCLM\nLending;LN2\n"
    assert parsed(text) == [
        ("Payments", "PAY"),
        ("Onboarding", "ONB"),
        ("Claims", "CLM"),
        ("Lending", "LN2"),
    ]


def test_a_name_keeps_its_comma_where_no_capital_letters_follow_it():
    assert parsed("Sales, Marketing") == [("Sales, Marketing", "SAL")]


def test_letters_are_derived_around_those_that_are_taken():
    assert parsed("Payouts\nPayroll", prefixes=["PAY"]) == [
        ("Payouts", "PAY2"),
        ("Payroll", "PAY3"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Claims\nPayments", "Line 2: There is already a value stream Payments."),
        ("Claims\n\nclaims", "Line 3: There is already a value stream claims."),
        ("Payouts, PAY", "Line 1: PAY is taken by another value stream."),
        ("x" * 81, "Line 1: Give it a name of up to 80 characters."),
        (" \n", "Write 1 to 15 names, one per line; more can follow."),
        ("\n".join(f"Stream {n}" for n in range(16)), "Write 1 to 15 names, one per line; more"),
    ],
)
def test_what_cannot_be_a_stream_is_said_with_its_line(text, said):
    with pytest.raises(Mistake) as refused:
        parsed(text, ["PAY"], ["Payments"])
    assert refused.value.sentence.startswith(said)
