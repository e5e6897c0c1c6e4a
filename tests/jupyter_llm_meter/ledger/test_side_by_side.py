"""Several services that write to one ledger at the same time: each call once, no limit exceeded."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.reservation import CallBounds
from jupyter_llm_meter.ledger import Ledger, Place, Places
from jupyter_llm_meter.ledger.engine import reading, writing
from jupyter_llm_meter.ledger.locks import NotAlone, is_shared, lock_names
from jupyter_llm_meter.ledger.schema import counters

SERVICES = 4
LIMITS = [
    limit(amount=10**9),
    limit("day", "calls", 10**9, scope="model"),
    limit("hour", "tokens", 10**9, scope="notebook"),
    limit("total", "calls", 10**9, scope="kernel"),
]


def in_all(services, work):
    """Do some work in every service at once, in two threads each; returns what each returned."""
    with ThreadPoolExecutor(2 * len(services)) as threads:
        return list(threads.map(lambda number: work(services[number % len(services)], number), range(8)))


def opened(stack, url):
    return [stack.enter_context(Ledger.open(url, lambda _record: None)) for _ in range(SERVICES)]


def counted(ledger):
    with reading(ledger._engine) as connection:
        rows = connection.execute(counters.select()).all()
    return {(row.limit_id, row.subject): row.used for row in rows}


def test_calls_that_several_services_bring_count_once(database_url):
    def bring(service, number):
        chance = random.Random(number)
        for _ in range(15):
            records = [
                call(
                    f"call-{each}",
                    request_model=f"model-{each % 3}",
                    notebook_path=f"{each % 5}.ipynb",
                    kernel_id=f"kernel-{each % 2}",
                    response_id=f"response-{each:020}",
                )
                for each in chance.sample(range(60), chance.randrange(1, 6))
            ]
            service.settle(records, LIMITS, NOW)

    with ExitStack() as stack:
        services = opened(stack, database_url)
        in_all(services, bring)
        held = list(services[0].records())
        assert len({record.call_id for record in held}) == len(held)
        used = counted(services[0])
        assert used["user/month/tokens", "alice"] == 120 * len(held)
        assert {key[1]: figure for key, figure in used.items() if key[0] == "model/day/calls"} == Counter(
            record.request_model for record in held
        )
        assert sum(row["calls"] for row in services[1].usage("notebook")) == len(held)


def test_one_response_that_services_report_by_several_sources_is_one_call(database_url):
    def report(service, number):
        for each in range(20):
            source = {"source": "output", "request_model": None} if number % 2 else {}
            name = "output" if number % 2 else "tap"
            record = call(f"{name}-{each}", response_id=f"response-{each:020}", kernel_id="k", **source)
            service.settle([record], LIMITS, NOW)

    with ExitStack() as stack:
        services = opened(stack, database_url)
        in_all(services, report)
        assert sorted(record.call_id for record in services[0].records()) == sorted(
            f"tap-{each}" for each in range(20)
        )
        assert counted(services[0])["user/month/tokens", "alice"] == 20 * 120


def test_no_hard_limit_is_exceeded_by_calls_of_several_services(database_url):
    hard = [
        limit("day", "tokens", 5000, on_exceed="block"),
        limit("hour", "calls", 40, scope="model", on_exceed="block"),
    ]
    counted_tokens = []

    def call_often(service, number):
        chance = random.Random(number)
        granted = []
        for each in range(20):
            call_id, worst = f"{number}-{each}", chance.randrange(50, 300)
            model = f"model-{chance.randrange(2)}"
            record = missing(call_id, request_model=model, status="ok")
            (refused,) = service.reserve(
                [CallBounds(record, input_tokens=worst, max_output_tokens=0)], hard, NOW
            )
            if refused is None:
                used = chance.randrange(1, worst + 1)
                settled = call(call_id, request_model=model, input_tokens=used, output_tokens=0)
                service.settle([settled], hard, NOW + timedelta(seconds=1))
                granted.append(used)
            else:
                assert refused.standing.used + refused.standing.reserved <= refused.standing.amount
        return granted

    with ExitStack() as stack:
        services = opened(stack, database_url)
        counted_tokens = [used for granted in in_all(services, call_often) for used in granted]
        standings = services[0].standings(hard, NOW)
        assert all(standing.used <= standing.amount for standing in standings)
        assert all(standing.reserved == 0 for standing in standings)
        tokens = next(standing for standing in standings if standing.limit is hard[0])
        assert tokens.used == sum(counted_tokens)


def test_two_writers_of_a_server_run_side_by_side_and_one_that_is_alone_waits(postgresql_url):

    with (
        Ledger.open(postgresql_url) as one,
        Ledger.open(postgresql_url) as other,
        writing(one._engine, is_alone=False) as first,
    ):
        lock_names(first, ["a"])
        with writing(other._engine, is_alone=False) as second:
            assert is_shared(second)
            lock_names(second, ["b"])
        with ThreadPoolExecutor(1) as thread:
            waits = thread.submit(other.keep_places, places(), NOW)
            assert not waits.done()
            first.rollback()
            waits.result(120)


def test_more_names_than_the_server_has_room_for_are_not_locked(postgresql_url):

    with (
        Ledger.open(postgresql_url) as ledger,
        pytest.raises(NotAlone),
        writing(ledger._engine, is_alone=False) as connection,
    ):
        lock_names(connection, map(str, range(1000)))


def places():

    return Places("alice", {"kernel": Place("a.ipynb", None)})
