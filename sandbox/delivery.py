"""How what people do reaches the app: over its socket or as signed HTTP, acknowledged in 3 s."""

import json
import secrets
import threading
import time
from datetime import timedelta
from http.client import HTTPException
from typing import Any

from sandbox.records import Delivery
from sandbox.signed_http import Refused, post
from sandbox.socket_mode import Connections, NotConnected
from sandbox.state import Workspace

EVENT = "events_api"
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""When an event that was not acknowledged is sent again; nothing else ever is."""


class NoAck(AssertionError):
    """The app did not take what was sent to it; the person sees Slack's error."""

    def __init__(self, delivery: Delivery) -> None:
        what = delivery.payload.get("command") or delivery.payload.get("type", delivery.kind)
        super().__init__(f"{what} failed with the error {delivery.error}")
        self.error = delivery.error or ""
        self.delivery = delivery


class Carrier:
    """Carries payloads to the app and keeps what became of them.

    Faults: the next `duplicates` deliveries go out twice at once; while `swaps`, an event waits
    until it was overtaken by the next one; signatures are made `skew_s` beside the clock.
    """

    def __init__(self, workspace: Workspace, connections: Connections, secret: str) -> None:
        self.request_url: str | None = None
        self.deliveries: list[Delivery] = []
        self.ack_within_s = 3.0
        self.duplicates = 0
        self.swaps = False
        self.skew_s = 0.0
        self._overtaken: Delivery | None = None
        self._workspace = workspace
        self._connections = connections
        self._secret = secret

    def deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Send a payload and wait for its acknowledgement; the caller holds no lock."""
        # What was sent is what the payload was then: it holds parts of live messages and views.
        delivery = self._new(kind, json.loads(json.dumps(payload)))
        if kind == EVENT and self.swaps:
            self.swaps, self._overtaken = False, delivery
            return delivery
        self._carry(delivery)
        if kind == EVENT:
            self.send_overtaken()
        return delivery

    def demand(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver and return the acknowledgement's payload, or raise NoAck."""
        delivery = self.deliver(kind, payload)
        if delivery.error or delivery.ack is None:
            raise NoAck(delivery)
        return delivery.ack

    @property
    def overtaken(self) -> bool:
        """Whether an event waits until another has overtaken it."""
        return self._overtaken is not None

    def send_overtaken(self) -> None:
        """Send the event that waits for another to overtake it, if there is one."""
        waiting, self._overtaken = self._overtaken, None
        if waiting:
            self.deliveries.remove(waiting)
            waiting.order = self._workspace.count()
            self.deliveries.append(waiting)
            self._carry(waiting)

    def _new(self, kind: str, payload: dict[str, Any], **more: Any) -> Delivery:
        delivery = Delivery(
            kind,
            payload,
            self._workspace.clock.now(),
            "http" if self.request_url else "socket",
            order=self._workspace.count(),
            **{"envelope_id": secrets.token_hex(16), **more},
        )
        self.deliveries.append(delivery)
        return delivery

    def _carry(self, delivery: Delivery) -> None:
        """Send once, or at once twice; what comes of the copy, nobody sees."""
        if self.duplicates <= 0:
            self._attempt(delivery)
            return
        self.duplicates -= 1
        copy = self._new(
            delivery.kind, delivery.payload, envelope_id=delivery.envelope_id, copy=True
        )
        beside = threading.Thread(target=self._attempt, args=(copy,))
        beside.start()
        self._attempt(delivery)
        beside.join()

    def _attempt(self, delivery: Delivery) -> None:
        began = time.perf_counter()
        final, reason = False, "http_error"
        try:
            delivery.ack = self._send(delivery)
            delivery.ack_ms = (time.perf_counter() - began) * 1000
            return
        except TimeoutError:
            reason = "http_timeout" if delivery.via == "http" else "timeout"
            delivery.error = "operation_timeout"
        except (NotConnected, OSError, HTTPException):
            reason, delivery.error = "connection_failed", "dispatch_failed"
        except Refused as refused:
            final, delivery.error = refused.final, refused.error
        self._workspace.find_fault(delivery.kind, delivery.error, "the app did not acknowledge")
        if delivery.kind == EVENT and not final:
            self._retry_later(delivery, reason)

    def _retry_later(self, delivery: Delivery, reason: str) -> None:
        if delivery.copy or delivery.retry >= len(RETRY_AFTER):
            return

        def again() -> None:
            retry = delivery.retry + 1
            self._attempt(self._new(EVENT, delivery.payload, retry=retry, retry_reason=reason))

        self._workspace.timetable.put(delivery.at + RETRY_AFTER[delivery.retry], again)

    def _send(self, delivery: Delivery) -> dict[str, Any]:
        if self.request_url is None:
            return self._connections.send(delivery, self.ack_within_s)
        moment = self._workspace.clock.now() + timedelta(seconds=self.skew_s)
        timestamp = str(int(moment.timestamp()))
        return post(self.request_url, delivery, self._secret, timestamp, self.ack_within_s)
