"""Where `tack` begins: whoever asks it to end is heard before anything else is loaded."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

STDERR = 2
ENDED = b"Tack was asked to end before it was connected, and has ended.\n"
STOPPED = b"Stopped.\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, else the one typed."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["run"]:
        for asked_to_end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked_to_end, end_at_once)
    gc.disable()  # all that is loaded stays: looking for garbage in it is half of a short command
    try:
        command = import_module("bot.cli.main").main
    except KeyboardInterrupt:
        os.write(STDERR, STOPPED)
        sys.exit(2)
    gc.freeze()
    gc.enable()
    command(arguments)


def end_at_once(signum: int, frame: FrameType | None) -> NoReturn:
    """End with the code of one that has run: nothing is in hand before it is connected."""
    try:
        os.write(STDERR, ENDED)
    finally:
        os._exit(0)
