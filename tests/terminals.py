"""`tack` as it is typed in a terminal: a process of its own, without two seconds of imports each.

The processes are forked off one that has read the code already. That the installed command is the
same is seen where it runs for long: tests/commands/test_connections.py and tests/browser.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.forks import FORKS

ENDS_WITHIN_S = 100


def typed(*arguments, cwd=None, **environment):
    """The ended process of `tack ARGUMENTS` with no environment but this one."""
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / "stdout", Path(folder) / "stderr"]
        process = FORKS.Process(target=_run, args=(words, environment, cwd, said))
        process.start()
        process.join(ENDS_WITHIN_S)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(words, ENDS_WITHIN_S)
        return subprocess.CompletedProcess(
            words, process.exitcode, *(text.read_text() for text in said)
        )


def _run(words, environment, cwd, said):
    from bot.cli.main import main  # noqa: PLC0415  the parent needs none of it

    for number, file in enumerate(said, start=1):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd or Path.cwd())
    sys.argv = ["tack", *words]
    main()


def python(program, ends=0):
    """The ended process of a program of its own, such as one that changes how logging goes."""
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN_S)
    assert done.returncode == ends, done.stderr
    return done
