"""A kernel that calls far more than its user is used to is in the standing document."""

import asyncio

import pytest

from jupyter_llm_meter.ledger import UnknownAlert


@pytest.fixture
def service(start):
    return start()


@pytest.fixture
def run_wild(service, caller, line):
    """Send more calls of a kernel than anyone makes by hand."""

    def run(kernel_id="k", count=70, **fields):
        lines = [
            line("settled", f"{kernel_id}{number}", **{"llm_meter.kernel.id": kernel_id, **fields})
            for number in range(count)
        ]
        assert caller(service)("/v1/lines", b"\n".join(lines))[0] == 200

    return run


def runaways(service):
    return service.submit(service.standing()).result()["runaways"]


def test_a_runaway_kernel_is_reported_with_its_calls_per_minute(service, run_wild):
    run_wild(**{"llm_meter.notebook.path": "a.ipynb"})
    (told,) = runaways(service)
    assert told["kernel_id"] == "k"
    assert told["notebook_path"] == "a.ipynb"
    assert told["calls_per_minute"] == 61
    assert "usual_calls_per_minute" not in told  # no habit is known of


def test_sixty_calls_are_not_a_runaway(service, run_wild):
    run_wild(count=60)
    assert runaways(service) == []


def test_calls_that_waited_in_a_spool_are_not_news(service, run_wild):
    run_wild(**{"llm_meter.call.started_at": "2026-01-01T00:00:00.000000Z"})
    assert runaways(service) == []


def test_refused_calls_are_not_a_runaway(service, run_wild):
    run_wild(**{"llm_meter.call.status": "refused", "llm_meter.call.basis": "none"}, tokens=None)
    assert runaways(service) == []


def test_one_tab_shows_it_and_any_takes_it_away(service, run_wild):
    run_wild()
    (told,) = runaways(service)

    async def claim(claimant):
        return await service.claim_alert(told["id"], claimant)

    claims = [service.submit(claim(tab)).result() for tab in ("one", "two", "one")]
    assert claims == [True, False, True]
    service.submit(service.acknowledge_alert(told["id"])).result()
    assert runaways(service) == []
    with pytest.raises(UnknownAlert):
        service.submit(service.acknowledge_alert(told["id"])).result()


def test_a_kernel_that_ended_is_no_longer_reported(service, run_wild):
    run_wild("one")
    run_wild("two")
    service.kernel_ended("one")
    service.submit(asyncio.sleep(0)).result()
    assert [told["kernel_id"] for told in runaways(service)] == ["two"]
