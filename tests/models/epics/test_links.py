"""An epic points to one project, of its own portfolio."""

import pytest

from models.epics.epic import Epic, LinkedElsewhere, OtherPortfolio
from models.projects.project import Project


def a_project(code="PRJ-1", portfolio_id=1):
    return Project(code=code, name=code, portfolio_id=portfolio_id)


def an_epic():
    return Epic(key="PAY-1", portfolio_id=1, version=1)


def test_linked_twice_it_is_as_it_was_and_so_it_is_unlinked_twice():
    epic, project = an_epic(), a_project()
    epic.link(project)
    epic.link(project)
    assert (epic.project, epic.version) == (project, 2)
    epic.unlink(a_project("PRJ-2"))
    assert epic.project is project
    epic.unlink(project)
    epic.unlink(project)
    assert (epic.project, epic.version) == (None, 3)


def test_it_is_not_linked_to_a_second_project_nor_to_one_of_another_portfolio():
    epic = an_epic()
    with pytest.raises(OtherPortfolio, match="PAY-1 is of another portfolio than this project"):
        epic.link(a_project(portfolio_id=2))
    epic.link(a_project())
    with pytest.raises(LinkedElsewhere, match="PAY-1 is linked to PRJ-1 already"):
        epic.link(a_project("PRJ-2"))
