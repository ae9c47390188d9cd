"""Rules of every noun: what is gone, and what has changed since it was shown. No database."""

import pytest

from models.errors import ChangedSince, Gone, Taken, check_as_seen, check_free, there


def test_what_is_gone_is_answered_with_where_to_look():
    assert there("a theme", "/portfolio themes") == "a theme"
    with pytest.raises(Gone) as refused:
        there(None, "/portfolio themes")
    assert refused.value.sentence == (
        "That is not there any more. /portfolio themes shows what there is."
    )


def test_what_has_changed_since_it_was_shown_is_not_kept_over():
    check_as_seen("Retention", 2, 2)
    with pytest.raises(ChangedSince) as refused:
        check_as_seen("Retention", 1, 2)
    assert refused.value.sentence.startswith("Someone has changed Retention since")


def test_no_two_of_a_place_have_the_same_name():
    check_free("name", "a theme", "Growth", None)
    with pytest.raises(Taken) as refused:
        check_free("name", "a theme", "Growth", 7)
    assert refused.value.errors == {"name": "There is already a theme Growth."}
