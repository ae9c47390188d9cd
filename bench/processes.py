"""Starts and ends the processes a bench looks at: Tack, the bare app, the quiet Slack."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.quiet_slack import USER_ID

TACK = str(Path(sys.executable).with_name("tack"))
SIGNING_SECRET = "bench-signing-secret"


@contextmanager
def quiet_slack() -> Iterator[str]:
    """A quiet Slack in a process of its own; gives what `SLACK_API_URL` should be."""
    command = [sys.executable, "-m", "bench.quiet_slack"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/api/"
        finally:
            process.terminate()


def environment(database_url: str, api_url: str, **more: str) -> dict[str, str]:
    """The settings of a Tack or a bare app in HTTP mode, on a free port.

    Python keeps what it compiled, as where Tack is installed: else each start compiles it anew.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "DATABASE_URL": database_url,
        "SLACK_API_URL": api_url,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "TACK_ADMINS": USER_ID,
        "TACK_LOG": "warning",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        **more,
    }


@contextmanager
def running(command: list[str], settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until `/readyz` agrees, and end it politely at the end."""
    process = subprocess.Popen(command, env=dict(settings))
    try:
        wait_until_ready(process, f"http://127.0.0.1:{settings['PORT']}/readyz")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], url: str, seconds: float = 30) -> None:
    """Poll until the server answers 200; raises RuntimeError if it ends or never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} was not ready within {seconds:g} s")


def tack(settings: Mapping[str, str], *arguments: str) -> None:
    """Run one `tack` command to its end; raises CalledProcessError if it fails."""
    subprocess.run(
        [TACK, *arguments], env=dict(settings), check=True, stdout=subprocess.DEVNULL, timeout=120
    )


def resident_mib(process: subprocess.Popen[bytes]) -> float:
    """The memory the process holds now, in MiB (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def processor_s(process: subprocess.Popen[bytes]) -> float:
    """The processor time the process has spent, in seconds (Linux)."""
    spent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
