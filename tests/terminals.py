"""`tack` as it is typed in a terminal: a process of its own, without two seconds of imports each.

The processes are forked off one that has read the code already. That the installed command is the
same is seen where it runs for long: tests/commands/test_connections.py.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.forks import FORKS

ENDS_WITHIN_S = 100


def typed(*arguments, cwd=None, **environment):
    """The ended process of `tack ARGUMENTS` with no environment but this one."""
    return _ended(_tack, [str(argument) for argument in arguments], environment, cwd)


@contextmanager
def begun(*arguments, **environment):
    """The process of `tack ARGUMENTS`, which goes on beside; it is killed if it still does."""
    words = [str(argument) for argument in arguments]
    process = FORKS.Process(
        target=_heard, args=([os.devnull] * 2, _tack, [words, environment, None])
    )
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def python(program):
    """The ended process of a program of its own, such as one that changes how logging goes."""
    return _ended(_program, program)


def _ended(target, *how):
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / "stdout", Path(folder) / "stderr"]
        process = FORKS.Process(target=_heard, args=(said, target, how))
        process.start()
        process.join(ENDS_WITHIN_S)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(str(how[0]), ENDS_WITHIN_S)
        return subprocess.CompletedProcess(
            how[0], process.exitcode, *(text.read_text() for text in said)
        )


def _heard(said, target, how):
    for number, file in enumerate(said, start=1):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY), number)
    target(*how)


def _tack(words, environment, cwd):
    from bot.cli.main import main  # noqa: PLC0415  the parent needs none of it

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd or Path.cwd())
    sys.argv = ["tack", *words]
    main()


def _program(text):
    """As Python itself runs one: what it raises goes where the program says."""
    try:
        exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.exit(1)
