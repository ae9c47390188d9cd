"""Files on their way in and out are their person's, and agreed to once. No database."""

from datetime import timedelta

import pytest

from models.files import export, upload
from models.files.export import Export, NoSuchExport
from models.files.upload import ConfirmedBefore, Upload, UploadGone
from models.portfolio.readiness import NotOpenToYou, open_to_you
from tests.views.builders import ANA, BEN, MONDAY, a_portfolio

LATER = MONDAY + timedelta(hours=1)


@pytest.mark.parametrize(
    ("noun", "of_person", "mistake"),
    [(Upload, upload.of_person, UploadGone), (Export, export.of_person, NoSuchExport)],
)
def test_a_file_is_found_by_its_person_only(noun, of_person, mistake):
    anas = noun(workspace_id=1, user_id=ANA)
    assert of_person(anas, 1, ANA) is anas
    for found, workspace_id, user_id in ((None, 1, ANA), (anas, 2, ANA), (anas, 1, BEN)):
        with pytest.raises(mistake):
            of_person(found, workspace_id, user_id)


def test_a_file_is_agreed_to_once():
    waiting = Upload()
    waiting.check_waits()
    assert waiting.confirm(MONDAY)
    assert not waiting.confirm(LATER)
    assert waiting.confirmed_at == MONDAY
    with pytest.raises(ConfirmedBefore):
        waiting.check_waits()


def test_a_file_is_read_until_its_content_is_forgotten():
    kept = Upload(content=b"Title;Stream\nPay later;Payments\n")
    assert kept.read().columns == ["Title", "Stream"]
    with pytest.raises(UploadGone):
        Upload().read()


def test_a_portfolio_is_chosen_of_those_the_person_sees():
    seen = [a_portfolio(), a_portfolio(id=2)]
    assert open_to_you(seen, 2) is seen[1]
    with pytest.raises(NotOpenToYou):
        open_to_you(seen, 3)
