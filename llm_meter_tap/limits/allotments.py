"""The shares of hard limits that this process holds, so that calls need no request while there is room.

A call is drawn from the allotment of calls like it (same user, key, model, notebook, ...): by what it can
need at most, which needs no tokenizer, because a text has at most as many tokens as bytes. Its settled line
tells the service, whose answer says what it used in truth; the rest goes back to the allotment. What is not
used for a second, what the service calls back, and what belongs to limits that have changed is given back,
but for what calls under way hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery.service_client import JSON
from llm_meter_tap.system import Clock, Process, Threads
from llm_meter_tap.wire.json_values import count, encode, mapping, sequence, text

if TYPE_CHECKING:
    from llm_meter_tap.delivery.leases import Leases
    from llm_meter_tap.delivery.service_client import ServiceClient
    from llm_meter_tap.wire.record import CallRecord

# What is not drawn from for so long is given back; an allotment is asked for by a call so soon after another.
# Seconds.
_IDLE_S = 1.0
_FIRST_CALLS = 8
_MOST_CALLS = 256
# A service that is away is told again so much later; a lease ends by itself.
_RETRY_S = 5.0
_MOST_KINDS = 1000


class Bounds(NamedTuple):
    """What a call can use at most.

    Attributes:
        input_bytes: The size of its request: the most tokens that its input can have.
        max_output_tokens: The most that the model may write; None where the request does not say.
    """

    input_bytes: int
    max_output_tokens: int | None


class _Share:
    """What is left of one limit's share."""

    __slots__ = ("left", "limit_id", "unit")

    def __init__(self, limit_id: str, unit: str, left: int) -> None:
        self.limit_id = limit_id
        self.unit = unit
        self.left = left


class _Prices(NamedTuple):
    """Picodollars a call, a token read and a token written."""

    call: int
    input_token: int
    output_token: int


class _Held(NamedTuple):
    """What a call under way holds of an allotment, by unit."""

    allotment: _Allotment
    needs: dict[str, int]


class _Allotment:
    """An allotment, and the calls that were drawn from it and have not been settled by the service."""

    def __init__(self, answer: dict[str, Any], asked_at: float) -> None:
        self.id = text(answer.get("id")) or ""
        self.limits = text(answer.get("limits")) or ""
        self.shares = [
            _Share(str(share.get("limit_id")), str(share.get("unit")), count(share.get("amount")) or 0)
            for share in map(mapping, sequence(answer.get("shares")))
        ]
        self.output_tokens = count(answer.get("output_tokens")) or 0
        prices = [count(price) for price in sequence(answer.get("prices"))]
        known = [price for price in prices if price is not None]
        self.prices = _Prices(*known) if len(known) == len(_Prices._fields) else None
        self.valid_until = asked_at + float(answer.get("valid_s") or 0)
        self.drawn_at = asked_at
        self.under_way: set[str] = set()
        self.is_told = False

    def needs(self, bounds: Bounds) -> dict[str, int]:
        """What a call needs at most, by unit."""
        written = self.output_tokens if bounds.max_output_tokens is None else bounds.max_output_tokens
        return self.needs_of(bounds.input_bytes, written)

    def needs_of(self, read: int, written: int) -> dict[str, int]:
        needs = {"calls": 1, "tokens": read + written}
        if self.prices is not None:
            call, input_token, output_token = self.prices
            needs["USD"] = call + read * input_token + written * output_token
        return needs

    def holds(self, needs: dict[str, int]) -> bool:
        return all(needs.get(share.unit, share.left + 1) <= share.left for share in self.shares)

    def add(self, amounts: dict[str, int], sign: int) -> None:
        for share in self.shares:
            share.left += sign * amounts.get(share.unit, 0)

    def close_in_s(self, now: float) -> float:
        return max(0.0, min(self.valid_until, self.drawn_at + _IDLE_S) - now)


class _Kind:
    """Calls of one kind: those that the same limits measure in the same way."""

    def __init__(self) -> None:
        self.allotment: _Allotment | None = None
        self.called_at = float("-inf")
        self.calls = _FIRST_CALLS
        self.is_asking = False


class Allotments:
    """The allotments of this process. Thread-safe, and re-entrant: a garbage collection may settle a call.

    Args:
        leases: Renews what is held here.
    """

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._kinds: dict[Any, _Kind] = {}
        self._held: dict[str, _Held] = {}
        self._closed: dict[str, _Allotment] = {}
        self._lock = Threads.RLock()
        self._retry_at = 0.0

    def opened(self) -> list[_Allotment]:
        """The allotments from which calls can be drawn now."""
        now = Clock.monotonic()
        with self._lock:
            found = [kind.allotment for kind in self._kinds.values()]
            return [each for each in found if each is not None and now < each.valid_until]

    @property
    def is_any(self) -> bool:
        """Whether anything was ever held: without it a call is not read for what it can use."""
        return bool(self._kinds)

    def draw(self, kind: Any, record: CallRecord, bounds: Bounds, limits: str) -> bool:
        """Draw a call from the allotment of its kind; whether there was room.

        Args:
            kind: What the limits measure the call by, see `kind_of`.
            record: The call; gets the allotment's id.
            bounds: What it can use at most.
            limits: The limits in force, by the gate's digest.
        """
        now = Clock.monotonic()
        with self._lock:
            known = self._kinds.get(kind)
            allotment = None if known is None else known.allotment
            if known is None or allotment is None:
                return False
            needs = allotment.needs(bounds)
            if now >= allotment.valid_until or allotment.limits != limits or not allotment.holds(needs):
                self._close(known, allotment)
                return False
            allotment.add(needs, -1)
            allotment.drawn_at = known.called_at = now
            allotment.under_way.add(record.call_id)
            self._held[record.call_id] = _Held(allotment, needs)
            record.allotment_id = allotment.id
            return True

    def wish(self, kind: Any, bounds: Bounds) -> dict[str, Any] | None:
        """What to ask for beside a reservation; None where an allotment is not worth it, or was asked for."""
        now = Clock.monotonic()
        with self._lock:
            if len(self._kinds) >= _MOST_KINDS and kind not in self._kinds:
                self._kinds = {each: known for each, known in self._kinds.items() if known.allotment}
            known = self._kinds.setdefault(kind, _Kind())
            is_loop = now - known.called_at < _IDLE_S
            known.called_at = now
            if not is_loop or known.is_asking or known.allotment is not None:
                return None
            known.is_asking = True
            wish = {"id": Process.random(16).hex(), "calls": known.calls, "input_bytes": bounds.input_bytes}
            known.calls = min(2 * known.calls, _MOST_CALLS)
            return wish

    def answered(self, kind: Any, wish_id: str, answer: dict[str, Any], asked_at: float) -> None:
        """Take what the service gave, if anything, for a wish.

        Args:
            kind: The kind of the calls.
            wish_id: The name that the wish gave to the allotment.
            answer: The service's answer; empty where there is none: what it may have given is given back.
            asked_at: When it was asked, by `Clock.monotonic`.
        """
        with self._lock:
            known = self._kinds.setdefault(kind, _Kind())
            known.is_asking = False
            given = mapping(answer.get("allotment"))
            if given:
                known.allotment = _Allotment(given, asked_at)
                self._leases.hold(known.allotment.id, answer.get("lease_s"))
            elif not answer:
                self._closed[wish_id] = _Allotment({"id": wish_id}, asked_at)
            elif known.calls > _FIRST_CALLS:
                known.calls = _FIRST_CALLS

    def returned(self) -> list[dict[str, Any]]:
        """What is to be given back now, as the service gets it; see `told`."""
        with self._lock:
            return [
                {"id": each.id, "keep": self._kept(each)} if each.under_way else {"id": each.id}
                for each in self._closed.values()
                if not each.is_told or not each.under_way
            ]

    def told(self, returned: list[dict[str, Any]]) -> None:
        """Note that the service knows of what was given back."""
        with self._lock:
            for entry in returned:
                allotment = self._closed.get(entry["id"])
                if allotment is None:
                    continue
                allotment.is_told = True
                if "keep" not in entry:
                    self._forget(allotment)

    def ended(self, record: CallRecord) -> None:
        """Note that a call settled: until the service says what it used, its own figures are held."""
        with self._lock:
            held = self._held.get(record.call_id)
            read, written = record.input_tokens, record.output_tokens
            if held is None or record.basis != "reported" or read is None or written is None:
                return
            if record.audio_output_tokens or record.image_output_tokens:
                return
            most = held.allotment.needs_of(read, written)
            needs = {unit: min(amount, held.needs[unit]) for unit, amount in most.items()}
            held.allotment.add(held.needs, 1)
            held.allotment.add(needs, -1)
            self._held[record.call_id] = _Held(held.allotment, needs)

    def dropped(self, call_id: str) -> None:
        """Note that nothing of a call reached the network."""
        with self._lock:
            held = self._held.pop(call_id, None)
            if held is not None:
                held.allotment.add(held.needs, 1)
                held.allotment.under_way.discard(call_id)

    def delivered(self, call_ids: list[str], drawn: list[Any], recalled: list[Any]) -> None:
        """Note what the service says of settled calls.

        Args:
            call_ids: The calls whose settled lines were delivered.
            drawn: What those used that were drawn from allotments.
            recalled: The allotments that another call waits for.
        """
        with self._lock:
            used = {each.get("id"): mapping(each.get("used")) for each in map(mapping, drawn)}
            for call_id in call_ids:
                held = self._held.pop(call_id, None)
                if held is None:
                    continue
                known = used.get(call_id)
                if known is not None:
                    held.allotment.add(held.needs, 1)
                    held.allotment.add({unit: count(known.get(unit)) or 0 for unit in held.needs}, -1)
                held.allotment.under_way.discard(call_id)
            wanted = {each for each in recalled if isinstance(each, str)}
            for kind in self._kinds.values() if wanted else ():
                if kind.allotment is not None and kind.allotment.id in wanted:
                    self._close(kind, kind.allotment)

    def lost(self, ids: set[str]) -> None:
        """Forget allotments that the service does not hold any more."""
        with self._lock:
            for kind in self._kinds.values():
                if kind.allotment is not None and kind.allotment.id in ids:
                    self._close(kind, kind.allotment)
            for allotment in [each for each in self._closed.values() if each.id in ids]:
                self._forget(allotment)

    def due_in_s(self) -> float | None:
        """Seconds until something is to be given back; None while nothing is held."""
        now = Clock.monotonic()
        with self._lock:
            opened = [kind.allotment for kind in self._kinds.values() if kind.allotment is not None]
            waits_s = [each.close_in_s(now) for each in opened]
            if any(not each.is_told or not each.under_way for each in self._closed.values()):
                waits_s.append(max(0.0, self._retry_at - now))
            return min(waits_s, default=None)

    def give_back(self, client: ServiceClient, is_all: bool = False) -> None:
        """Give back what is not needed. Called on the sender's thread.

        Args:
            client: Talks to the service.
            is_all: Give back what is in use too: the process ends.
        """
        now = Clock.monotonic()
        with self._lock:
            for kind in self._kinds.values():
                allotment = kind.allotment
                if allotment is not None and (is_all or allotment.close_in_s(now) <= 0):
                    self._close(kind, allotment)
            is_due = is_all or now >= self._retry_at
            returned = self.returned() if is_due else []
        if not returned:
            return
        answer = client.post("/v1/return", encode({"returned": returned}).encode("ascii"), JSON)
        if answer is not None and answer[0] == 200:
            self.told(returned)
        else:
            self._retry_at = now + _RETRY_S

    def _close(self, kind: _Kind, allotment: _Allotment) -> None:
        kind.allotment = None
        self._closed[allotment.id] = allotment

    def _forget(self, allotment: _Allotment) -> None:
        self._closed.pop(allotment.id, None)
        self._leases.release(allotment.id)
        for call_id in allotment.under_way:
            self._held.pop(call_id, None)

    def _kept(self, allotment: _Allotment) -> dict[str, int]:
        needs = [self._held[call_id].needs for call_id in allotment.under_way if call_id in self._held]
        return {share.limit_id: sum(each.get(share.unit, 0) for each in needs) for share in allotment.shares}


def kind_of(record: CallRecord, run_ids: tuple[str, ...]) -> tuple[Any, ...]:
    """What the limits measure a call by.

    Args:
        record: The call.
        run_ids: The runs whose caps hold.
    """
    return (
        record.provider_name, record.request_model, record.operation_name, record.key_fingerprint,
        record.user_id, record.team, record.project, record.notebook_path, record.kernel_id, run_ids,
    )  # fmt: skip
