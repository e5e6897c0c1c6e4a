"""Keeps layers of the tap that call each other from seeing one call twice.

One context variable marks work that an outer layer already sees, another counts answers for an outer layer.
Both follow the thread or task.
"""

from __future__ import annotations

from contextvars import ContextVar

_is_passing: ContextVar[bool] = ContextVar("llm_meter_is_passing", default=False)
_answers: ContextVar[int] = ContextVar("llm_meter_answers", default=0)


# The variables' own methods: each request asks several times.
is_passing = _is_passing.get
"""Whether an outer layer sees this request already, or it is the tap's own."""
set_passing = _is_passing.set
"""Note whether an outer layer sees the requests of this thread or task from now on."""
answer_count = _answers.get
"""The number of the network's answers so far; only differences mean something."""


def count_answer() -> None:
    """Count an answer of the network, for an outer layer that cannot know it from what it gets."""
    _answers.set(answer_count() + 1)


class PassingBy:
    """Turns off the layers inside; a context manager for one use."""

    def __enter__(self) -> None:
        self._before = is_passing()
        set_passing(True)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # Not ContextVar.reset: a coroutine that is collected unfinished is closed in a foreign context.
        set_passing(self._before)
