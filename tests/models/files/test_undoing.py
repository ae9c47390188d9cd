"""When an import can be taken back."""

from datetime import timedelta

import pytest

from models.files.upload import BuiltOn, TooLateToUndo, UndoneBefore, Upload, UploadKind
from tests.views.builders import MONDAY

HOUR = timedelta(hours=1)


def an_import(**held):
    usual = {"kind": UploadKind.EPICS, "loaded_at": MONDAY, "result": {"added": 3}}
    return Upload(**usual | held)


def test_an_import_is_undone_once_and_within_the_hour():
    upload = an_import()
    assert upload.can_be_undone(MONDAY + HOUR - timedelta(seconds=1))
    with pytest.raises(TooLateToUndo, match="more than an hour ago"):
        upload.undo([], MONDAY + HOUR)
    upload.undo([], MONDAY)
    assert (upload.undone_at, upload.can_be_undone(MONDAY)) == (MONDAY, False)
    with pytest.raises(UndoneBefore, match="was already undone"):
        upload.undo([], MONDAY)


@pytest.mark.parametrize("held", [{"loaded_at": None}, {"result": {"known": 3}}, {"result": None}])
def test_what_brought_nothing_in_is_not_offered_to_be_undone(held):
    assert not an_import(**held).can_be_undone(MONDAY)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["PAY-1"], "The import stays: PAY-1 was changed or used since."),
        (
            [f"PAY-{n}" for n in range(1, 9)],
            "The import stays: PAY-1, PAY-2, PAY-3, PAY-4, PAY-5 and 3 more were changed or used",
        ),
    ],
)
def test_what_was_built_on_it_is_named_and_it_stays(names, said):
    upload = an_import()
    with pytest.raises(BuiltOn) as refused:
        upload.undo(names, MONDAY)
    assert refused.value.sentence.startswith(said)
    assert upload.undone_at is None


def test_of_money_it_says_how_to_book_the_difference():
    upload = an_import(kind=UploadKind.ACTUALS)
    for built_on, at, mistake in (
        (["Payments"], MONDAY, BuiltOn),
        ([], MONDAY + HOUR, TooLateToUndo),
    ):
        with pytest.raises(mistake) as refused:
            upload.undo(built_on, at)
        assert refused.value.sentence.endswith("Import the difference, below 0 if it was too much.")
