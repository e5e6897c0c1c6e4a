"""Finds the limits that apply to a call, without looking at the other limits.

Limits are looked up by scope and value, so thousands of limits, for example one per user or notebook, cost a
call no more than a few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from jupyter_llm_meter.core.limits import Limit


class LimitIndex:
    """The limits in force, by whom they hold for.

    Args:
        limits: The limits; of several that a call comes under, the first of them comes first.
    """

    def __init__(self, limits: Sequence[Limit]) -> None:
        self.limits = limits
        self.by_id = {limit.id: limit for limit in limits}
        self._by_scope: dict[str, dict[str | None, list[tuple[int, Limit]]]] = {}
        for position, limit in enumerate(limits):
            by_value = self._by_scope.setdefault(limit.scope, {})
            by_value.setdefault(limit.value, []).append((position, limit))

    @property
    def scopes(self) -> Collection[str]:
        """The scopes that any of the limits has."""
        return self._by_scope.keys()

    def matching(self, subjects: Mapping[str, str | None]) -> Iterator[tuple[Limit, str]]:
        """Yield the limits that a call comes under, in their order, each with the subject it is measured by.

        Args:
            subjects: The call's subject by scope; a limit whose scope has none does not hold for the call.
        """
        found = []
        for scope, by_value in self._by_scope.items():
            subject = subjects.get(scope)
            if subject is not None:
                for value in (None, subject):
                    found += [(position, limit, subject) for position, limit in by_value.get(value, ())]
        for _position, limit, subject in sorted(found, key=lambda each: each[0]):
            yield limit, subject
