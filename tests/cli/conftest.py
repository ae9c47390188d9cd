"""`tack` on an own database."""

import pytest

from tests.terminals import typed


@pytest.fixture
def tack(database_url):
    """Run `tack` as a person would, on an own database."""

    def run(*arguments):
        return typed(*arguments, DATABASE_URL=database_url)

    return run
