"""The name of a limit: whose use, in which window, and what distinguishes it from another limit in force.

The rule is written down in ``docs/reference/protocol.md``, "Names of limits". The twin of the page's
``core/words/limit-name.ts``; ``tests/vectors/limit-names.json`` proves that they are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from jupyter_llm_meter.core.limits import Limit

_DIFFERENCES = {
    "hour": ("time_zone",),
    "day": ("time_zone", "reset_hour"),
    "week": ("time_zone", "week_start", "reset_hour"),
    "month": ("time_zone", "reset_hour"),
    "total": (),
}
"""What limits of one window can differ in, in the order in which a name says it."""

_DIRECTIONS = ("East", "North", "South", "West")

OWN = "own"


@dataclass(frozen=True)
class NameWords:
    """The texts of names in one language; ``{...}`` is filled in.

    Attributes:
        scopes: The subject, by scope.
        each: All subjects, each for itself, by scope.
        windows: A window that stands alone.
        of_subject: A window after its subject.
        differences: A name with what tells it apart.
        joint: The separator between differences.
        from_hour: The reset hour.
        week_starts: The first day of a week; Monday goes without saying.
        own: A user's limit beside the administrator's.
    """

    scopes: Mapping[str, str]
    each: Mapping[str, str]
    windows: Mapping[str, str]
    of_subject: Mapping[str, str]
    differences: str
    joint: str
    from_hour: str
    week_starts: Mapping[str, str]
    own: str


ENGLISH_NAMES = NameWords(
    scopes={
        "user": "user {name}",
        "team": "team {name}",
        "key": "API key {name}",
        "project": "project {name}",
        "notebook": "notebook {name}",
        "kernel": "kernel {name}",
        "model": "model {name}",
        "provider": "provider {name}",
    },
    each={
        "team": "each team",
        "key": "each API key",
        "project": "each project",
        "notebook": "each notebook",
        "kernel": "each kernel",
        "model": "each model",
        "provider": "each provider",
    },
    windows={
        "hour": "this hour",
        "day": "today",
        "week": "this week",
        "month": "this month",
        "total": "all time",
    },
    of_subject={
        "hour": "{whose} this hour",
        "day": "{whose} today",
        "week": "{whose} this week",
        "month": "{whose} this month",
        "total": "{whose}, all time",
    },
    differences="{name} ({differences})",
    joint=", ",
    from_hour="from {hour}:00",
    week_starts={
        "tuesday": "from Tuesday",
        "wednesday": "from Wednesday",
        "thursday": "from Thursday",
        "friday": "from Friday",
        "saturday": "from Saturday",
        "sunday": "from Sunday",
    },
    own="set by the user",
)

CHINESE_NAMES = NameWords(
    scopes={
        "user": "用户 {name}",
        "team": "团队 {name}",
        "key": "密钥 {name}",
        "project": "项目 {name}",
        "notebook": "笔记本 {name}",
        "kernel": "内核 {name}",
        "model": "模型 {name}",
        "provider": "提供商 {name}",
    },
    each={
        "team": "各团队",
        "key": "各密钥",
        "project": "各项目",
        "notebook": "各笔记本",
        "kernel": "各内核",
        "model": "各模型",
        "provider": "各提供商",
    },
    windows={"hour": "本小时", "day": "今天", "week": "本周", "month": "本月", "total": "累计"},
    of_subject={
        "hour": "{whose} 本小时",
        "day": "{whose} 今天",
        "week": "{whose} 本周",
        "month": "{whose} 本月",
        "total": "{whose} 累计",
    },
    differences="{name}（{differences}）",
    joint="，",
    from_hour="{hour}:00 起",
    week_starts={
        "tuesday": "周二起",
        "wednesday": "周三起",
        "thursday": "周四起",
        "friday": "周五起",
        "saturday": "周六起",
        "sunday": "周日起",
    },
    own="用户自设",
)


def with_name_parts(limits: Sequence[Limit]) -> list[Limit]:
    """Give each limit the parts of its name in which limits of the same window differ.

    Args:
        limits: All limits in force.
    """
    # Linear: a hub has thousands of limits.
    found: dict[tuple[str, str], set[object]] = {}
    for limit in limits:
        for part in _DIFFERENCES[limit.window]:
            found.setdefault((limit.window, part), set()).add(getattr(limit, part))
    named = []
    for limit in limits:
        parts = [part for part in _DIFFERENCES[limit.window] if len(found[limit.window, part]) > 1]
        named.append(replace(limit, named_by=(*parts, *((OWN,) if limit.is_own else ()))))
    return named


def limit_name(
    limit: Limit, subject: str | None, words: NameWords = ENGLISH_NAMES, reader: str | None = None
) -> str:
    """The name of a limit inside a sentence: ``model gpt-5 today``, ``today (New York, from 6:00)``.

    Args:
        limit: The limit.
        subject: The user, model, ... that it counts; None: each one for itself.
        words: The texts.
        reader: The user who reads it and is not named; None: somebody else.
    """
    whose = limit.value if subject is None else subject
    if limit.scope == "user" and whose in (None, reader):
        name = words.windows[limit.window]
    else:
        named = words.each[limit.scope] if whose is None else words.scopes[limit.scope].format(name=whose)
        name = words.of_subject[limit.window].format(whose=named)
    said = [text for part in limit.named_by if (text := _difference(part, limit, words))]
    return words.differences.format(name=name, differences=words.joint.join(said)) if said else name


def limit_title(
    limit: Limit, subject: str | None, words: NameWords = ENGLISH_NAMES, reader: str | None = None
) -> str:
    """The name of a limit as the start of a line: ``Model gpt-5 today``."""
    name = limit_name(limit, subject, words, reader)
    return name[:1].upper() + name[1:]


def limit_of_id(limit_id: str, unit: str) -> Limit:
    """What the id of a limit says of it, for a name where the limit is no longer set."""
    subject, window, _unit = limit_id.removesuffix("/own").rsplit("/", 2)
    return Limit(subject.partition("=")[0], None, window, unit, Decimal(1))


def _difference(part: str, limit: Limit, words: NameWords) -> str | None:
    if part == "time_zone":
        return _place(limit.time_zone)
    if part == "week_start":
        return words.week_starts.get(limit.week_start)
    if part == "reset_hour":
        return words.from_hour.format(hour=limit.reset_hour) if limit.reset_hour else None
    return words.own


def _place(time_zone: str) -> str:
    """The place that an IANA zone is named after; a direction alone, as in ``Brazil/West``, is no place."""
    place = time_zone.rpartition("/")[2].replace("_", " ")
    return time_zone if place in _DIRECTIONS else place
