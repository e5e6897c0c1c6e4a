"""A stream is the same whether its transport keeps most pieces itself or hands each of them to the call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from tap_process import settled

from llm_meter_tap.calls.entry import OutgoingRequest, open_call
from llm_meter_tap.calls.observer import Observer
from llm_meter_tap.transports.metered_streams import async_stream, sync_stream

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
EVENTS = [
    *({"id": "c", "model": "m", "choices": [{"delta": {"content": f"word {n}\n"}}]} for n in range(20)),
    {"id": "c", "model": "m", "choices": [{"delta": {}, "finish_reason": "stop"}]},
    {"id": "c", "model": "m", "choices": [], "usage": USAGE},
]
ANSWER = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in EVENTS) + b"data: [DONE]\n\n"
CUTS = ["by event", "by line", "anywhere", "whole"]


def opened() -> Observer:
    body = b'{"model": "m", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}'
    headers = {"content-type": "application/json"}
    path = "/v1/chat/completions"
    call = open_call(OutgoingRequest("POST", "api.openai.com", None, "https", path, "", headers, body))
    assert call is not None
    call.responded(200, {"content-type": "text/event-stream"})
    return call


def cut(how: str, seed: int = 0) -> list[bytes]:
    if how == "by event":
        return [event + b"\n\n" for event in ANSWER.split(b"\n\n")[:-1]]
    if how == "by line":
        return ANSWER.splitlines(keepends=True)
    if how == "whole":
        return [ANSWER]
    places = sorted(Random(seed).sample(range(1, len(ANSWER)), 30))
    return [ANSWER[start:end] for start, end in zip([0, *places], [*places, len(ANSWER)], strict=True)]


class Pieces:
    """A library's stream."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self):
        return iter(self._pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def check_settled(folder: Path) -> None:
    (record,) = settled(folder)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert record["llm_meter.usage.raw"] == USAGE


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("how", CUTS)
def test_a_stream_settles_with_its_last_event_however_it_is_cut(how: str, seed: int, metered: Path) -> None:
    seen = []
    for piece in sync_stream(object)(Pieces(cut(how, seed)), opened()):
        seen.append(piece)
        if b"".join(seen) == ANSWER:
            # The reader may stop here, or be killed.
            check_settled(metered)
    assert seen == cut(how, seed)
    check_settled(metered)


@pytest.mark.parametrize("how", CUTS)
def test_so_does_one_that_is_read_asynchronously(how: str, metered: Path) -> None:
    async def read() -> list[bytes]:
        return [piece async for piece in async_stream(object)(Pieces(cut(how)), opened())]

    assert asyncio.run(read()) == cut(how)
    check_settled(metered)


def test_a_stream_that_its_reader_leaves_keeps_what_came(metered: Path) -> None:
    stream = iter(sync_stream(object)(Pieces(cut("by event")[:-2]), opened()))
    for _ in range(5):
        next(stream)
    del stream
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["gen_ai.response.id"]) == ("aborted", "c")


def test_pieces_beyond_the_room_are_kept_by_the_call_as_head_and_tail(metered: Path) -> None:
    call = opened()
    plain = call.plain_pieces()
    assert plain is not None
    plain.body.room = 1
    assert list(sync_stream(object)(Pieces(cut("by event")), call)) == cut("by event")
    check_settled(metered)
    assert len(plain.body.head) == 0
