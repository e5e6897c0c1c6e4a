"""Telling the parts of one process apart: by who is on the stack, else by who started what runs."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tap_process import settled

from llm_meter_tap.provenance import agent, context, propagation
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
PARTS = ("assistant", "translator")


def part(name: str) -> Any:
    """A module of a part, which runs what it is given."""
    namespace: dict[str, Any] = {"__name__": f"{name}.inner"}
    exec("def run(function, /, *args, **kwargs): return function(*args, **kwargs)", namespace)
    exec("async def wait(start): return await start()", namespace)
    return namespace


ASSISTANT, TRANSLATOR, LIBRARY = part("assistant"), part("translator"), part("library")


@pytest.fixture
def parts(metered: Any) -> Iterator[list[tuple[str, ...]]]:
    """The parts are known; gives the stacks that were looked up."""
    asked = []

    def name_of(packages: tuple[str, ...]) -> "str | None":
        asked.append(packages)
        return next((package for package in packages if package in PARTS), None)

    agent.name_parts(name_of)
    propagation.carry_into_threads()
    yield asked
    agent.forget_parts()


async def who() -> "str | None":
    return agent.current()


def test_without_known_parts_there_is_no_agent(metered):
    assert ASSISTANT["run"](agent.current) is None


def test_a_call_is_recorded_under_the_innermost_part(parts, provider, metered):
    import httpx

    def call():
        return LIBRARY["run"](httpx.post, f"{provider.url}/json/{CHAT}", json=BODY)

    ASSISTANT["run"](TRANSLATOR["run"], call)
    call()
    assert [record.get("gen_ai.agent.name") for record in settled(metered)] == ["translator", None]


def test_a_stack_is_asked_about_once(parts):
    for _ in range(3):
        assert ASSISTANT["run"](agent.current) == "assistant"
    assert len(parts) == 1


def test_a_thread_works_for_the_part_that_starts_it(parts):
    heard = []

    def start():
        thread = threading.Thread(target=lambda: heard.append(agent.current()))
        thread.start()
        thread.join()

    ASSISTANT["run"](start)
    start()
    assert heard == ["assistant", None]


def test_a_worker_works_for_the_part_whose_job_it_has(parts):
    with ThreadPoolExecutor(1) as pool:
        jobs = [run(pool.submit, agent.current) for run in (ASSISTANT["run"], TRANSLATOR["run"])]
        jobs.append(pool.submit(agent.current))
    assert [job.result() for job in jobs] == ["assistant", "translator", None]


def test_a_pool_worker_of_a_custom_class_has_no_agent(parts):
    class Worker(threading.Thread):
        def run(self):
            self.heard = agent.current()

    worker = Worker()
    ASSISTANT["run"](worker.start)
    worker.join()
    assert worker.heard is None


def test_a_job_s_arguments_may_have_any_name(parts):
    with ThreadPoolExecutor(1) as pool:
        job = ASSISTANT["run"](pool.submit, dict, name=1, function=2, origin=3, loop=4)
    assert job.result() == {"name": 1, "function": 2, "origin": 3, "loop": 4}


def test_a_task_is_the_part_s_that_started_it(parts):
    async def main():
        started = [ASSISTANT["run"](asyncio.create_task, who(), name="named"), asyncio.create_task(who())]
        assert started[0].get_name() == "named"
        # What a task starts is its part's too, and a part further in goes before it.
        inner = await asyncio.create_task(ASSISTANT["wait"](lambda: asyncio.create_task(who())))
        other = await ASSISTANT["run"](
            asyncio.create_task, TRANSLATOR["wait"](lambda: asyncio.create_task(who()))
        )
        return [*[await task for task in started], inner, other]

    assert asyncio.run(main()) == ["assistant", None, "assistant", "translator"]


def test_a_thread_that_asyncio_starts_works_for_the_part(parts):
    async def ask(start):
        return await start(agent.current)

    async def main():
        loop = asyncio.get_running_loop()
        return [
            await ASSISTANT["wait"](lambda: asyncio.to_thread(agent.current)),
            await ASSISTANT["wait"](lambda: loop.run_in_executor(None, agent.current)),
            await asyncio.to_thread(agent.current),
        ]

    assert asyncio.run(main()) == ["assistant", "assistant", None]


def test_the_owner_of_the_event_loop_only_waits(parts):
    assert ASSISTANT["run"](asyncio.run, asyncio.wait_for(who(), 10)) is None


def test_a_host_that_fails_costs_the_name_and_nothing_else(metered):
    def fail(packages):
        raise RuntimeError("no idea")

    agent.name_parts(fail)
    assert "agent_name" not in context.current().known
    agent.forget_parts()
    assert faults.counts.pop("_current") == 1
