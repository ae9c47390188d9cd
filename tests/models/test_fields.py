"""What was typed, word by word, as phones and other programs write it."""

import pytest

from models.errors import Mistake
from models.fields import did_you_mean, folded, named_first, plain, plain_key, reason_typed, tidy
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


def test_what_grows_when_it_is_composed_is_measured_as_it_is_stored():
    grows = "\u0958" * 20
    assert Line(label="Category", longest=40).take(grows, {}) == "\u0915\u093c" * 20
    with pytest.raises(Mistake, match="20"):
        Line(label="Category", longest=20).take(grows, {})


FAMILY = "\U0001f469\u200d\U0001f467"
FIRE = "\u2764\ufe0f\u200d\U0001f525"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
SINHALA = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"


@pytest.mark.parametrize("name", [FAMILY, FIRE, PERSIAN, SINHALA, f"Pay {FAMILY} {PERSIAN}"])
def test_joiners_stay_where_they_join_and_names_are_compared_without_them(name):
    assert tidy(f"\u200d {name}\u200c ") == name
    assert folded(name) == folded(name.replace("\u200d", "").replace("\u200c", ""))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Pay\u200dments", "Payments"),
        ("Zu\u0308\u200drich", "Z\u00fcrich"),
        ("Pay \u200d later", "Pay later"),
        (f"{PERSIAN}\u200c\u00a0x", f"{PERSIAN} x"),
        (FAMILY.replace("\u200d", "\u200d\u200c\u200d"), FAMILY),
        ("\u2066Pay\u2069 \u202elater\u200f", "Pay later"),
        ("\u200c\u200d", ""),
    ],
)
def test_what_joins_nothing_or_nobody_sees_is_not_kept(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("because", ""),
        ("Because: ", ""),
        ("because it costs too much", "it costs too much"),
        ("it is because of the law", "it is because of the law"),
    ],
)
def test_a_because_without_a_reason_is_none(typed, reason):
    assert reason_typed(typed) == reason


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Shp", " Did you mean Shop?"),
        ("paymnts because it is theirs", " Did you mean Payments?"),
        ("custmer\u00a0servise", " Did you mean Customer Service?"),
        ("zebra", ""),
        ("", ""),
    ],
)
def test_a_name_like_those_there_are_is_asked_about(typed, said):
    assert did_you_mean(typed, ["Shop", "Payments", "Customer Service"]) == said


def test_of_many_names_alike_the_three_nearest_are_asked_about():
    names = ["Team Alpha", "Team Alfa", "Team Alp", "Team Beta"]
    assert did_you_mean("Team Alpa", names) == (
        " Did you mean Team Alpha or Team Alp or Team Alfa?"
    )


NAMES = [("Pay", 1), ("Z\u00fcrich", 2), ("Pay  Later", 3), ("Gro\u00dfe Bank", 4)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pay because it is theirs", (1, "because it is theirs")),
        ("PAY\u00a0LATER it is  theirs", (3, "it is  theirs")),
        ("zu\u0308rich\u200b", (2, "")),
        ("grosse bank so", (4, "so")),
        ("pay\nso", (1, "so")),
        ("payments", None),
        ("", None),
    ],
)
def test_a_name_is_the_same_however_it_is_typed_and_what_follows_stays(typed, found):
    assert named_first(typed, NAMES) == found
