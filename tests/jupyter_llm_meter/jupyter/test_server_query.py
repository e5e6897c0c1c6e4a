"""Queries to the server from another loop."""

import asyncio

from jupyter_llm_meter.jupyter.server_query import ServerQuery


def test_a_query_under_way_is_ended_when_the_server_stops():
    ended = []

    async def stop_in_mid_query():
        asked = asyncio.Event()

        async def never():
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("ended")

        query = ServerQuery(asyncio.get_running_loop(), never, "unknown")
        answer = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(query.answer())))
        await asked.wait()
        assert await answer == "unknown"
        assert not ended
        await query.cancel()

    asyncio.run(stop_in_mid_query())
    assert ended == ["ended"]
