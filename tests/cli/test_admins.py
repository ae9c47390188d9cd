"""`tack admin`: who may set Tack up, from the command line."""

import pytest

from tests.terminals import typed


@pytest.fixture
def says(tmp_path):
    """The exit code of `tack admin ...`, and what it says."""

    def run(*arguments):
        done = typed("admin", *arguments, DATABASE_URL=f"sqlite:///{tmp_path}/tack.db")
        return done.returncode, (done.stdout + done.stderr).strip()

    return run


def test_admins_are_granted_listed_and_revoked(says):
    assert says("list") == (0, "There is no admin yet. Run: tack admin grant USER")
    says("grant", "U0ANA")
    says("grant", "U0BEN")
    code, listed = says("list")
    assert code == 0
    assert [line.split()[0] for line in listed.splitlines()] == ["U0ANA", "U0BEN"]
    assert "by tack admin grant" in listed
    assert says("revoke", "U0ANA") == (0, "U0ANA is no longer an admin.")
    assert says("list")[1].startswith("U0BEN")


@pytest.mark.usefixtures("sqlite_url")
def test_the_last_admin_is_not_revoked(says):
    says("grant", "U0ANA")
    code, said = says("revoke", "U0ANA")
    assert code == 2
    assert said.startswith("That is the last admin")
    assert says("list")[1].startswith("U0ANA")
