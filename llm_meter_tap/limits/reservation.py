"""Asks the service for a reservation before a call leaves the machine, unless an allotment has room for it.

The request's text goes to the service in memory only. Nothing here raises: without an answer the gate and
the run's caps decide.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery.notices import print_notices
from llm_meter_tap.delivery.sender import LineSender
from llm_meter_tap.delivery.service_client import JSON, ServiceClient
from llm_meter_tap.formats.media import is_text_only
from llm_meter_tap.formats.output_limit import max_output_tokens
from llm_meter_tap.formats.request_text import call_text
from llm_meter_tap.limits.allotments import Allotments, Bounds, kind_of
from llm_meter_tap.limits.gate import Gate
from llm_meter_tap.limits.run_caps import Run
from llm_meter_tap.runtime import faults, off_loop
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.system import Clock
from llm_meter_tap.wire.json_values import encode, mapping, parse, sequence, text
from llm_meter_tap.wire.record import CallRecord

if TYPE_CHECKING:
    from llm_meter_tap.runtime.native import Workers

# How long user code waits for an answer, seconds.
_PATIENCE_S = 2.0
# Connections kept open; more are made when more threads ask at once.
_MOST_KEPT = 4
# Threads that ask for asynchronous code.
_MOST_THREADS = 8


class Refusal(NamedTuple):
    """The answer that a call may not leave.

    Attributes:
        message: Why, and what can be done.
        standing: Of the limit that says no; empty when it was not the service that said it.
        headline: See `LimitExceeded`.
        details: See `LimitExceeded`.
    """

    message: str
    standing: dict[str, Any]
    headline: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def limit_id(self) -> str | None:
        return text(mapping(self.standing.get("limit")).get("id"))


class _Unread:
    """Stands for what has not been read from the request yet."""


_UNREAD = _Unread()


class ReservationRequest:
    """The request for a reservation for one call.

    Args:
        record: What is known before the call leaves.
        api: The request's format, see `llm_meter_tap/formats/`.
        content_type: The request's.
        body: The request's.
        gate: The gate in force, if any.
        run: The run whose caps hold, if any.

    Attributes:
        is_withdrawn: The answer is not awaited any more: a reservation that is granted is given back.
        unpriced_model: The call was granted, but a cap in dollars does not count it: this model has no known
            price.
    """

    def __init__(
        self,
        record: CallRecord,
        api: str,
        content_type: str | None,
        body: bytes | None,
        gate: Gate | None,
        run: Run | None,
    ) -> None:
        self.call_id = record.call_id
        self.is_withdrawn = False
        self.unpriced_model: str | None = None
        self._record = record
        self._api = api
        self._content_type = content_type
        self._body = body
        self._gate = gate
        self._run = run
        self._bounds: Bounds | _Unread | None = _UNREAD
        self._parsed: dict[str, Any] | _Unread | None = _UNREAD

    @property
    def bounds(self) -> Bounds | None:
        """What the call can use at most; None where that cannot be said without counting."""
        if isinstance(self._bounds, _Unread):
            is_known = is_text_only(self._api, self._content_type, self._request)
            self._bounds = None
            if self._body is not None and is_known:
                self._bounds = Bounds(len(self._body), self._max_output_tokens())
        return self._bounds

    @property
    def kind(self) -> tuple[Any, ...]:
        """What the limits measure the call by."""
        return kind_of(self._record, () if self._run is None else self._run.run_ids)

    def draw(self, allotments: Allotments) -> bool:
        """Draw the call from an allotment; whether there was room."""
        if not allotments.is_any:
            return False
        bounds = self.bounds
        if bounds is None:
            return False
        limits = "" if self._gate is None else self._gate.limits
        return allotments.draw(self.kind, self._record, bounds, limits)

    def say_unpriced(self) -> None:
        """Print once per run and model that a cap in dollars does not count its calls."""
        if self._run is None or self.unpriced_model is None:
            return
        said = (self._run.run_id, self.unpriced_model)
        if said not in _said:
            _said.add(said)
            print_notices([_UNCOUNTED.format(self.unpriced_model)])

    def encoded(self, **more: Any) -> bytes:
        """Encode the request; what is not known is absent.

        Args:
            more: Members besides those of the call.
        """
        run = None if self._run is None else self._run.to_wire()
        asked = {"record": self._record.to_wire(), "run": run, **(self._demand() or {}), **more}
        return encode({name: value for name, value in asked.items() if value is not None}).encode("ascii")

    @faults.contained
    def _demand(self) -> dict[str, Any]:
        body = self._body
        if body is None or (self._gate is None and self._run is not None and self._run.is_of_calls):
            return {}
        return {
            "text": call_text(self._api, body, None, b""),
            "max_output_tokens": self._max_output_tokens(),
            "is_text_only": is_text_only(self._api, self._content_type, self._request),
        }

    @property
    def _request(self) -> dict[str, Any] | None:
        """The request's body, parsed once; None where it cannot be seen or is no JSON object."""
        if isinstance(self._parsed, _Unread):
            parsed = None if self._body is None else parse(self._body)
            self._parsed = parsed if isinstance(parsed, dict) else None
        return self._parsed

    def _max_output_tokens(self) -> int | None:
        return max_output_tokens(self._api, self._record.operation_name, self._request or {})

    def unanswered(self, reason: str) -> Refusal | None:
        """Decide without an answer: refuse if a cap cannot be kept, or if the gate says `block`."""
        if self._run is not None:
            remedy = "Nothing was sent. Remove the cap (%%llm_limit, %llm_limit) to send the call anyway."
            return Refusal(f"{reason}, so the cap on this run cannot be enforced. {remedy}", {})
        if self._gate is not None and self._gate.on_unreachable == "block":
            remedy = "Nothing was sent. Check that JupyterLab runs; `jupyter llm-meter doctor` shows details."
            return Refusal(f"{reason}, and a hard limit blocks calls while it is away. {remedy}", {})
        return None


def _refusal(answer: dict[str, Any]) -> Refusal:
    details = [sequence(detail) for detail in sequence(answer.get("details"))]
    return Refusal(
        str(answer.get("message")),
        mapping(answer.get("standing")),
        text(answer.get("headline")) or "",
        tuple((str(each[0]), str(each[1])) for each in details if len(each) == 2),
    )


_UNCOUNTED = (
    "{} has no known price, so the cap in USD does not count its calls. To refuse them, write unpriced=block "
    "after the amount; to count them at a price ceiling in US dollars per million tokens, unpriced=15."
)
# Runs and models of which this was said.
_said: set[tuple[str, str]] = set()
_NO_ANSWER = "LLM Meter's service cannot be reached"
_NO_LOOP = "LLM Meter's service cannot be asked from this event loop, which is neither asyncio's nor trio's"


class ReservationClient:
    """Asks the service for reservations and waits for the answers.

    Args:
        folder: The private folder.
        sender: Delivers finished calls, and renews the leases of those under way.
        drop: Called with the id of a call whose reservation is not wanted any more.
    """

    def __init__(self, folder: str, sender: LineSender, drop: Callable[[str], None]) -> None:
        self._folder = folder
        self._sender = sender
        self._drop = drop
        self._allotments = Allotments(sender.leases)
        sender.allotments = self._allotments
        self._clients: set[ServiceClient] = set()
        self._idle: deque[ServiceClient] = deque()
        self._workers: Workers | None = None

    def reserve(self, request: ReservationRequest) -> Refusal | None:
        """Ask for a reservation and wait for the answer; None when the call may leave.

        `KeyboardInterrupt` and the like pass through; the caller then withdraws the request.
        """
        if self._is_drawn(request):
            return None
        return off_loop.run_beside_greenlets(lambda: self._reserve(request))

    @faults.contained
    def _is_drawn(self, request: ReservationRequest) -> bool:
        return request.draw(self._allotments)

    def _reserve(self, request: ReservationRequest) -> Refusal | None:
        try:
            with PassingBy():
                return self._answer(request)
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            faults.count("ReservationClient.reserve", error)
            return request.unanswered(_NO_ANSWER)

    async def reserve_async(self, request: ReservationRequest) -> Refusal | None:
        """Do what `reserve` does without blocking the event loop."""
        if self._is_drawn(request):
            return None
        try:
            return await off_loop.run(self._threads(), lambda: self._reserve(request))
        except off_loop.UnknownLoop:
            return request.unanswered(_NO_LOOP)
        except Exception as error:  # noqa: BLE001 - such as no threads while the interpreter shuts down
            faults.count("ReservationClient.reserve_async", error)
            return request.unanswered(_NO_ANSWER)

    def _threads(self) -> Workers:
        if self._workers is None:
            from llm_meter_tap.runtime.native import Workers

            self._workers = Workers(_MOST_THREADS)
        return self._workers

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def abandon(self) -> None:
        """In a forked child: close these copies of the parent's connections, which stay the parent's."""
        for client in self._clients:
            client.abandon()

    def _answer(self, request: ReservationRequest) -> Refusal | None:
        asked_at = Clock.monotonic()
        answer = self._first_answer(request)
        if answer.get("granted") is False and answer.get("is_reserved_elsewhere"):
            # Perhaps by calls of this process that are over but not delivered yet.
            self._sender.flush(_PATIENCE_S)
            may_wait = Clock.monotonic() - asked_at < _PATIENCE_S / 2
            answer = self._post(request.encoded(may_wait=may_wait)) or answer
        if answer.get("granted") is True:
            self._sender.leases.hold(request.call_id, answer.get("lease_s"))
            request.unpriced_model = text(answer.get("unpriced_model"))
            if request.is_withdrawn:
                self._drop(request.call_id)
            return None
        if answer.get("granted") is False:
            return _refusal(answer)
        return request.unanswered(_NO_ANSWER)

    def _first_answer(self, request: ReservationRequest) -> dict[str, Any]:
        """Ask, and wish for an allotment where that is worth it; what is not needed is given back first."""
        allotments, asked_at = self._allotments, Clock.monotonic()
        kind, bounds = request.kind, request.bounds
        wish = None if bounds is None else allotments.wish(kind, bounds)
        returned = allotments.returned()
        answer: dict[str, Any] = {}
        try:
            answer = self._post(request.encoded(allotment=wish, returned=returned or None))
        finally:
            if wish is not None:
                allotments.answered(kind, wish["id"], answer, asked_at)
        if answer:
            allotments.told(returned)
        return answer

    def _post(self, body: bytes) -> dict[str, Any]:
        """The service's answer; empty when there is none."""
        client = self._idle_client()
        headers = {**JSON, "X-LLM-Meter-Spool": self._sender.spool_name}
        try:
            answer = client.post("/v1/reserve", body, headers)
        except BaseException:
            self._forget(client)
            raise
        if len(self._idle) < _MOST_KEPT:
            self._idle.append(client)
        else:
            self._forget(client)
        return {} if answer is None else answer[1]

    def _idle_client(self) -> ServiceClient:
        try:
            return self._idle.pop()
        except IndexError:
            client = ServiceClient(self._folder, _PATIENCE_S, is_in_all=True)
            self._clients.add(client)
            return client

    def _forget(self, client: ServiceClient) -> None:
        self._clients.discard(client)
        client.close()
