"""The house rules that a machine can check, with the tool's own words as the failure."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    ],
    ids=lambda command: command[0] + "".join(command[1:2]),
)
def test_the_house_rules_hold(command):
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_locked_with_hashes_and_name_no_address(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)


def test_what_is_heard_writes_no_sql():
    """Handlers pass a session on; what is asked of it stands beside what is done."""
    found = []
    for path in sorted((ROOT / "bot" / "commands").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            is_import = isinstance(node, ast.ImportFrom) and node.module is not None
            if is_import and node.module.startswith("sqlalchemy"):
                found += [(path.name, each.name) for each in node.names if each.name != "Session"]
            if isinstance(node, ast.Attribute) and ast.unparse(node) in SQL:
                found.append((path.name, ast.unparse(node)))
    assert found == []


SQL = {f"session.{each}" for each in ("get", "execute", "scalar", "scalars", "add", "flush")}


def test_no_folder_holds_more_modules_than_one_reads_at_a_glance():
    crowded = {}
    for top in ("bot", "models"):
        for folder in [ROOT / top, *(ROOT / top).rglob("*/")]:
            modules = [each for each in folder.glob("*.py") if each.name != "__init__.py"]
            if len(modules) > 12:
                crowded[str(folder.relative_to(ROOT))] = len(modules)
    assert crowded == {}


def test_no_macro_hides_what_another_one_says():
    """Within a template a macro's name wins over a fact of that name, which nobody would notice."""
    hidden = []
    for path in sorted((ROOT / "bot").rglob("*.j2")):
        template = Environment(autoescape=True).parse(path.read_text())
        macros = {each.name for each in template.find_all(nodes.Macro)}
        for macro in template.find_all(nodes.Macro):
            called = {id(each.node) for each in macro.find_all(nodes.Call)}
            own = {each.name for each in macro.find_all(nodes.Name) if each.ctx != "load"}
            hidden += [
                f"{path.relative_to(ROOT)}:{each.lineno} {each.name} in {macro.name}"
                for each in macro.find_all(nodes.Name)
                if each.name in macros - own and id(each) not in called
            ]
    assert hidden == []
