import asyncio
import logging
import threading

import pytest

from jupyter_llm_meter.runtime.background import Background, start_thread
from llm_meter_tap.runtime.guard import is_passing


def test_a_task_that_fails_is_logged(caplog):
    async def fail():
        raise OSError("no disk")

    async def run():
        task = Background(logging.getLogger("test")).start(fail())
        await asyncio.wait([task])
        await asyncio.sleep(0)

    asyncio.run(run())
    (record,) = caplog.records
    assert (record.levelname, "no disk" in str(record.exc_info[1])) == ("ERROR", True)


def test_tasks_end_when_they_are_cancelled():
    async def run():
        background = Background(logging.getLogger("test"))
        task = background.start(asyncio.sleep(3600))
        await background.cancel()
        assert task.cancelled()

    asyncio.run(run())


def test_a_task_that_is_started_after_the_end_does_nothing(caplog):
    done = []

    async def work():
        done.append(True)

    async def run():
        background = Background(logging.getLogger("test"))
        await background.cancel()
        await asyncio.wait([background.start(work())])

    asyncio.run(run())
    assert (done, caplog.records) == ([], [])


def test_work_in_a_thread_is_unmetered_and_does_not_keep_the_process_alive():
    def work():
        thread = threading.current_thread()
        return thread.name, thread.daemon, is_passing()

    assert start_thread(work, "a name").result(30) == ("a name", True, True)


def test_an_error_in_a_thread_is_in_the_future():
    def work():
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        start_thread(work, "a name").result(30)
