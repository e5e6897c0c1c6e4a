"""A body that is read as it passes: whole if there is time, else with a reported gap."""

from __future__ import annotations

import threading

import pytest

from llm_meter_tap.calls import background_reader
from llm_meter_tap.calls.background_reader import PassingBody, Reader

PIECE = b"x" * background_reader._AT_ONCE


class Notes(Reader):
    """Records what it gets; each piece takes until `go_on` is set."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.has_begun = threading.Event()
        self.go_on = threading.Event()

    def feed(self, chunk: bytes) -> None:
        self.has_begun.set()
        self.go_on.wait()
        self.seen.append(len(chunk))

    def skipped(self) -> None:
        self.seen.append("gap")

    def end(self, is_whole: bool) -> None:
        self.seen.append(is_whole)


@pytest.fixture
def reader():
    notes = Notes()
    yield notes
    notes.go_on.set()


def test_a_large_body_is_read_to_its_end_while_the_user_continues(reader):
    body = PassingBody(reader)
    for _ in range(3):
        body.append(PIECE)
    body.end(is_whole=True)
    assert reader.seen == []
    reader.go_on.set()
    body.released()
    assert reader.seen == [len(PIECE)] * 3 + [True]


def test_pieces_left_unread_when_the_interpreter_exits_are_reported_as_a_gap(reader, monkeypatch):
    monkeypatch.setattr(background_reader, "_EXIT_S", 0.05)
    body = PassingBody(reader)
    for _ in range(3):
        body.append(PIECE)
    reader.has_begun.wait()
    body.released()
    reader.go_on.set()
    assert body._thread.join(15)
    assert reader.seen == [len(PIECE), "gap", False]


def test_pieces_beyond_the_bound_are_reported_as_one_gap(reader, monkeypatch):
    monkeypatch.setattr(background_reader, "_MOST_HELD", 2 * len(PIECE))
    body = PassingBody(reader)
    for _ in range(5):
        body.append(PIECE)
    body.end(is_whole=True)
    reader.go_on.set()
    body.released()
    assert reader.seen[-2:] == ["gap", True]
    assert reader.seen.count("gap") == 1
