"""What was typed, word by word, as phones and other programs write it."""

import pytest

from models.fields import plain, plain_key
from models.form import Line

SPACES = (" ", "\t", "\n", "\u00a0", "\u2003", "\u202f", "\u3000", "\u200b", "\u2060", "\ufeff")
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"


@pytest.mark.parametrize("space", SPACES)
def test_white_space_of_any_kind_separates_words(space):
    assert plain(f"{space}show{space}{space}PAY-1 now ") == "show PAY-1 now"
    assert plain(f"show{space}") == "show"


def test_nothing_stays_nothing():
    assert plain("") == plain("\u00a0") == ""


def test_lines_stay_lines_behind_the_first_words():
    assert plain("block PAY-1\nA\ncontract\nis missing") == "block PAY-1 A contract\nis missing"


@pytest.mark.parametrize("hyphen", HYPHENS)
def test_a_key_is_the_same_with_whichever_hyphen(hyphen):
    assert plain_key(f" PAY{hyphen}1\u200b") == "PAY-1"


def test_a_key_is_without_what_nobody_sees():
    assert plain_key("\u2066PAY\u00ad-1\u2069\ufeff") == "PAY-1"


def test_a_line_of_what_nobody_sees_is_no_answer():
    assert Line(label="Category").take("\u200b \u2060", {}) is None
