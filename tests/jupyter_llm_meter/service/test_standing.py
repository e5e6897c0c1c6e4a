import asyncio
import logging
from types import SimpleNamespace

from jupyter_llm_meter.ledger import LedgerUnavailable
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.standing import StandingDocument


class Readings:
    """A ledger whose readings end when a test says so."""

    def __init__(self):
        self.begun = []

    async def use(self, _work):
        reading = asyncio.get_running_loop().create_future()
        self.begun.append(reading)
        return await reading

    def end(self, number, as_of):
        self.begun[number].set_result({"as_of": as_of, "standings": [], "alerts": []})


class Kernels:
    """Takes its time to tell what is not metered."""

    def __init__(self):
        self.is_known = asyncio.Event()

    async def unmetered(self):
        await self.is_known.wait()
        return []


def document(readings, kernels):
    return StandingDocument(
        ledger=readings,
        limits=None,
        kernels=kernels,
        problems=Problems(logging.getLogger(__name__)),
        owner=Owner("alice", None),
        time_zone="UTC",
        rules=None,
        runaways=SimpleNamespace(to_wire=list),
        channels=None,
        forecasts=None,
    )


def test_documents_that_are_composed_together_have_each_the_figures_of_its_own_reading():
    async def compose():
        readings, kernels = Readings(), Kernels()
        composed = document(readings, kernels)
        earlier, later = (asyncio.ensure_future(composed.compose()) for _ in range(2))
        await asyncio.sleep(0)
        readings.end(1, "12:01")
        await asyncio.sleep(0)
        readings.end(0, "12:00")
        await asyncio.sleep(0)
        kernels.is_known.set()
        assert [(await one)["as_of"] for one in (earlier, later)] == ["12:00", "12:01"]

        away = asyncio.ensure_future(composed.compose())
        await asyncio.sleep(0)
        readings.begun[2].set_exception(LedgerUnavailable("ledger-interrupted"))
        assert (await away)["as_of"] == "12:01"

    asyncio.run(compose())
