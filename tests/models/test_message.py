"""A message that Slack refused is shown again once. No database."""

import pytest

from models.message import Message, NothingToShow
from tests.views.builders import MONDAY


def test_what_was_refused_is_posted_again_and_what_is_there_is_drawn():
    unposted = Message(refusal="invalid_blocks", post_started_at=MONDAY)
    unposted.show_again()
    assert unposted.post_started_at is None
    posted = Message(refusal="invalid_blocks", ts="1.2", post_started_at=MONDAY)
    posted.show_again()
    assert posted.post_started_at == MONDAY


def test_what_is_shown_has_nothing_to_mend():
    with pytest.raises(NothingToShow):
        Message(ts="1.2").show_again()
