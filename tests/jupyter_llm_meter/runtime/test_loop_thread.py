"""A thread with an event loop, for the coroutines of other threads."""

import asyncio
import threading

import pytest

from jupyter_llm_meter.runtime.loop_thread import LoopThread
from llm_meter_tap.runtime.guard import is_passing


@pytest.fixture
def thread():
    made = LoopThread("test-loop")
    yield made
    if made.is_alive:
        made.stop(60)


def test_the_first_function_has_run_when_start_returns(thread):
    names = []
    thread.start(lambda: names.append(threading.current_thread().name))
    assert names == ["test-loop"]


def test_a_first_function_that_fails_does_not_keep_the_caller_waiting(thread):
    def fail():
        raise RuntimeError("on purpose")

    thread.start(fail)
    assert thread.is_alive


def test_nothing_that_runs_on_it_is_metered_however_it_gets_there(thread):
    passing, is_last = [], threading.Event()

    def keep():
        passing.append(is_passing())

    async def submitted():
        keep()
        await asyncio.sleep(0)
        keep()

    thread.start(keep)
    thread.submit(submitted()).result(60)
    thread.call_soon(keep)
    thread.call_later(0, lambda: (keep(), is_last.set()))
    assert is_last.wait(60)
    assert passing == [True] * 5
    assert not is_passing()


def test_it_ends_when_it_is_stopped(thread):
    thread.start(lambda: None)
    thread.stop(60)
    assert not thread.is_alive
