"""The exceptions that user code may see."""

import asyncio

import pytest

from llm_meter_tap import LimitExceeded


def test_a_refusal_gathered_as_an_answer_raises_itself():
    async def refused() -> None:
        raise LimitExceeded("1 of 1 calls used", {"used": "1"})

    async def main() -> object:
        (answer,) = await asyncio.gather(refused(), return_exceptions=True)
        return answer.generations

    with pytest.raises(LimitExceeded, match="1 of 1 calls used") as raised:
        asyncio.run(main())
    assert raised.value.standing == {"used": "1"}


def test_a_refusal_is_caught_by_no_except_exception():
    assert not issubclass(LimitExceeded, Exception)
