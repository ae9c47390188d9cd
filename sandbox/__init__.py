"""A strict local Slack, for the demo and the tests. It knows nothing of the bot."""

from sandbox.acting import NotPossible
from sandbox.clock import SandboxClock
from sandbox.delivery import NoAck
from sandbox.server import Sandbox

__all__ = ["NoAck", "NotPossible", "Sandbox", "SandboxClock"]
