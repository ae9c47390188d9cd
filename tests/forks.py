"""Processes forked off one that has read the code already, without two seconds of imports each.

There is one such server for all of them in a process of the tests: the last to say what it should
read is heard, so it is said here, for all.
"""

from multiprocessing import get_context

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.unsettled",
        "tests.warm",
        "bot.cli.main",
        "tests.terminals",
        "tests.faults.replicas",
        "tests.rehearsed",
        "tests.settled",
    ]
)
