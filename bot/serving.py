"""Running Tack as a process: started, served, and ended politely."""

import logging
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
import uvicorn

from bot.app import CannotStart, Tack
from bot.hiding import hidden
from bot.web import web

LAST_REQUESTS_SECONDS = 5


def run(tack: Tack) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises CannotStart."""
    settings = tack.settings
    config = uvicorn.Config(
        web(tack),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = uvicorn.Server(config)
    with listen(settings.host, settings.port) as listener:
        try:
            _start(tack)
            for asked_to_end in (signal.SIGTERM, signal.SIGINT):
                signal.signal(asked_to_end, server.handle_exit)
            structlog.get_logger(__name__).info("running", mode=tack.mode, port=settings.port)
            server.run(sockets=[listener])
        finally:
            tack.stop()


def _start(tack: Tack) -> None:
    """Start it beside this thread, which hears signals meanwhile, whatever is waited for."""
    with ThreadPoolExecutor(1, thread_name_prefix="start") as starting:
        starting.submit(tack.start).result()


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises CannotStart where that is not possible."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"{host}:{port} cannot be used ({error.strerror}). Set HOST or PORT."
        ) from error
    return listener


def log_to_stderr(level: str) -> None:
    """One line an event, from this level on; whatever it tells of, no secret is told."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Hiding("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            lambda logger, name, line: hidden(str(line)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    threading.excepthook = _log_of_thread


class _Hiding(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return hidden(super().format(record))


def _log_of_thread(ended: threading.ExceptHookArgs) -> None:
    """What ended a thread goes the way of all that is logged."""
    log = structlog.get_logger(__name__)
    log.error("a thread ended", exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback))
