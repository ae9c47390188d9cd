"""Running Tack as a process: started, served, and ended politely."""

import logging
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
import uvicorn

from bot.app import CannotStart, SlackAway, Tack
from bot.hiding import hidden
from bot.web import web

LAST_REQUESTS_SECONDS = 5
FIRST_TRY_AFTER_SECONDS = 1.0
LONGEST_BETWEEN_TRIES_SECONDS = 30.0
ENDS_TRYING_WITHIN_SECONDS = 2.0

log = structlog.get_logger(__name__)


def run(tack: Tack) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises CannotStart.

    While Slack is away it is there, not ready, and tries again.
    """
    settings = tack.settings
    config = uvicorn.Config(
        web(tack),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = uvicorn.Server(config)
    with listen(settings.host, settings.port) as listener:
        trying = Trying(tack, server)
        try:
            is_away = _start(tack)
            for asked_to_end in (signal.SIGTERM, signal.SIGINT):
                signal.signal(asked_to_end, server.handle_exit)
            if is_away:
                trying.start()
            server.run(sockets=[listener])
        finally:
            trying.end()
            tack.stop()
        if trying.failed is not None:
            raise trying.failed


def _start(tack: Tack) -> bool:
    """Start it beside this thread, which hears signals meanwhile, whatever is waited for.

    Whether Slack is away, and it has to be tried again.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="start") as starting:
        try:
            starting.submit(tack.start).result()
        except SlackAway as away:
            log.warning("Slack is away; Tack connects once it is back", why=away.sentence)
            return True
    log.info("running", mode=tack.mode, port=tack.settings.port)
    return False


class Trying(threading.Thread):
    """Starts Tack again and again until Slack is back; where that fails for good, ends the server.

    A try may wait for Slack for long, so the process does not wait for it.
    """

    def __init__(self, tack: Tack, server: uvicorn.Server) -> None:
        super().__init__(name="trying", daemon=True)
        self._tack, self._server = tack, server
        self._is_over = threading.Event()
        self.failed: Exception | None = None

    def run(self) -> None:
        """Try, each time after waiting twice as long, within the limits."""
        wait = FIRST_TRY_AFTER_SECONDS
        while not self._is_over.wait(wait):
            try:
                self._tack.start()
            except SlackAway as away:
                log.info("Slack is still away", why=away.sentence)
                wait = min(2 * wait, LONGEST_BETWEEN_TRIES_SECONDS)
            except Exception as error:
                self.failed = error
                self._server.should_exit = True
                return
            else:
                log.info("running", mode=self._tack.mode, port=self._tack.settings.port)
                return

    def end(self) -> None:
        """Try no more."""
        self._is_over.set()
        if self.is_alive():
            self.join(ENDS_TRYING_WITHIN_SECONDS)


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
