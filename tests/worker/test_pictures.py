"""The picture of ageing is drawn by a process of its own: what becomes of one that fails."""

import pytest

from bot.views.flow.picture import NOT_DRAWN
from bot.worker.files.pictures import NotDrawn, draw


@pytest.mark.parametrize("content", ["{}", "", '{"states": ['])
def test_what_cannot_be_drawn_is_told_and_nothing_falls_with_it(content):
    with pytest.raises(NotDrawn) as told:
        draw(content)
    assert told.value.problem == NOT_DRAWN
