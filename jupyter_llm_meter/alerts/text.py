"""Writes the text of an alert message in the receiver's language. Pure.

A message is about one alert, or lists all alerts that waited. Names come from users, so a message must not
contain anything that the receiving program could read as its own syntax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jupyter_llm_meter.alerts.words import WORDS, Words
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.format import format_count, format_money, format_percent, format_rate
from jupyter_llm_meter.core.limit_names import limit_title
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert, TopNotebook

CELL_PARAMETER = "llm-meter-cell"
"""The query parameter by which the page shows a cell; see ``src/core/deep-link.ts``."""

_LONGEST_NAME = 60
_MOST_LISTED = 50
# Slack, WeCom and Lark read mentions in angle brackets; a line of its own could be taken for ours.
_HARMLESS = {**dict.fromkeys((*range(32), 127), " "), ord("<"): "(", ord(">"): ")"}

Naming = Callable[[str], str]


@dataclass(frozen=True)
class Button:
    """A link from a message to the lab.

    Attributes:
        label: What it says.
        address: Where it leads.
    """

    label: str
    address: str


@dataclass(frozen=True)
class Message:
    """What is sent.

    Attributes:
        title: One line.
        text: The rest, plain.
        markdown: The rest, for channels that show Markdown.
        is_urgent: Whether a limit was reached or a call refused.
        alerts: What it is about; none for a test.
        link: Address of the lab, where known.
        button: Stands for the last line of the text, the link, where a channel has buttons; None: no link.
    """

    title: str
    text: str
    markdown: str
    is_urgent: bool = False
    alerts: tuple[AlertDetails, ...] = ()
    link: str | None = None
    button: Button | None = None

    @property
    def text_beside_button(self) -> str:
        """The text without the link that the button stands for."""
        return self.text if self.button is None else self.text.rpartition("\n")[0]

    @property
    def whole(self) -> str:
        """Title and text, for channels without titles."""
        return f"{self.title}\n{self.text}"


@dataclass(frozen=True)
class AlertDetails:
    """An alert with the other facts that its message contains.

    Attributes:
        alert: The alert.
        limit: Its limit, or what is known of it where it is no longer set.
        time_zone: IANA zone of its limit.
        notebooks: The notebooks that used most, most first.
        forecast: The use at the end of the window at this pace, where known.
        currency: What is shown beside dollars; None: nothing.
    """

    alert: Alert
    limit: Limit
    time_zone: str
    notebooks: Sequence[TopNotebook] = ()
    forecast: Decimal | None = None
    currency: Currency | None = None

    @property
    def shown_currency(self) -> Currency | None:
        """The currency beside the amounts; None for a limit that does not count dollars."""
        return self.currency if self.alert.unit == "USD" else None


def compose(
    alerts: Sequence[AlertDetails], language: str, most_bytes: int, link: str | None = None
) -> Message:
    """Make one message of the alerts that wait for a channel.

    Args:
        alerts: At least one alert, oldest first.
        language: One of `channel.LANGUAGES`.
        most_bytes: The channel's maximum, in UTF-8; alerts that do not fit are only counted.
        link: Address of the lab.
    """
    words = WORDS[language]
    is_urgent = any(each.alert.kind != "warning" for each in alerts)
    if len(alerts) == 1:
        title = words.titled.format(text=_headline(alerts[0], words, _plain))
        address = notebook_address(link, alerts[0])
        text = _lines(_details(alerts[0], words, _plain), address, words)
        marked = _lines(_details(alerts[0], words, _marked), address, words, "- ")
        return Message(title, text, marked, is_urgent, tuple(alerts), link, _button(address, words))
    title = words.titled.format(text=words.several.format(count=len(alerts)))
    room = most_bytes - len(title.encode()) - 1
    text = _fitted(_listing(alerts, words, _plain), len(alerts), link, words, "\n", room)
    marked = _fitted(_listing(alerts, words, _marked), len(alerts), link, words, "\n\n", room)
    return Message(title, text, marked, is_urgent, tuple(alerts), link, _button(link, words))


def compose_test(channel: str, language: str, link: str | None = None) -> Message:
    """Make a test message."""
    words = WORDS[language]
    text = _lines(iter([words.test_text.format(channel=channel)]), link, words)
    marked = _lines(iter([words.test_text.format(channel=_marked(channel))]), link, words, between="\n\n")
    title = words.titled.format(text=words.test)
    return Message(title, text, marked, link=link, button=_button(link, words))


def _button(address: str | None, words: Words) -> Button | None:
    return Button(words.open, address) if address else None


def notebook_address(link: str | None, details: AlertDetails) -> str | None:
    """Where the lab opens the notebook that used most, at its cell; the lab's address where none is known.

    The address of a server whose start page is Notebook 7 ends with ``/tree``.
    """
    if not link or not details.notebooks:
        return link
    top, lab = details.notebooks[0], link.rstrip("/")
    view = "notebooks" if lab.endswith("/tree") else "lab/tree"
    address = f"{lab.removesuffix('/lab').removesuffix('/tree')}/{view}/{quote(top.path)}"
    return address if top.cell_id is None else f"{address}?{CELL_PARAMETER}={quote(top.cell_id, safe='')}"


def _lines(lines: Iterator[str], link: str | None, words: Words, mark: str = "", between: str = "\n") -> str:
    linked = [words.link.format(link=link)] if link else []
    return between.join(mark + line for line in (*lines, *linked))


def _listing(alerts: Sequence[AlertDetails], words: Words, named: Naming) -> Iterator[str]:
    has_currency = [each.shown_currency is not None for each in alerts]
    for number, each in enumerate(alerts[:_MOST_LISTED], start=1):
        is_first = not any(has_currency[: number - 1])
        rest = words.clause_joint.join(_details(each, words, named, has_rate=is_first))
        headline = _headline(each, words, named)
        yield words.listed.format(number=number, headline=headline, rest=rest)


def _fitted(
    entries: Iterator[str], count: int, link: str | None, words: Words, between: str, most_bytes: int
) -> str:
    """As many entries as there is room for, the first in any case, and how many more there are."""
    longest_end = _lines(iter([words.more.format(count=count)]), link, words, between=between)
    room = most_bytes - len(longest_end.encode())
    kept: list[str] = []
    for entry in entries:
        room -= len((entry + between).encode())
        if room < 0 and kept:
            break
        kept.append(entry)
    rest = [words.more.format(count=count - len(kept))] if len(kept) < count else []
    return _lines(iter([*kept, *rest]), link, words, between=between)


def _headline(details: AlertDetails, words: Words, named: Naming) -> str:
    alert = details.alert
    kind = alert.kind if alert.unpriced_model is None else "unpriced"
    return words.headlines[kind].format(
        limit=limit_title(details.limit, named(alert.subject), words.names),
        percent=format_percent(alert.used / alert.amount),
        amount=_amount(alert.amount, details, words),
        model=named(alert.unpriced_model or ""),
    )


def _details(details: AlertDetails, words: Words, named: Naming, *, has_rate: bool = True) -> Iterator[str]:
    alert = details.alert
    used, amount = _figure(alert.used, details, words), _amount(alert.amount, details, words)
    yield words.used.format(used=used, amount=amount, percent=format_percent(alert.used / alert.amount))
    if alert.resets_at is None:
        yield words.never_resets
    else:
        yield words.resets.format(time=_local(alert.resets_at, details.time_zone), zone=details.time_zone)
    if details.forecast is not None:
        percent = format_percent(details.forecast / alert.amount)
        yield words.forecast.format(used=_amount(details.forecast, details, words), percent=percent)
    if details.notebooks:
        names = [
            words.with_amount.format(
                name=_placed(each, words, named), amount=_amount(each.used, details, words)
            )
            for each in details.notebooks
        ]
        heading = words.notebook if len(names) == 1 else words.notebooks
        yield heading.format(names=words.joint.join(names))
    if has_rate and details.shown_currency is not None:
        yield words.rate.format(rate=format_rate(details.shown_currency))
    yield words.seen.format(time=_local(alert.raised_at, details.time_zone))


def _placed(notebook: TopNotebook, words: Words, named: Naming) -> str:
    """A notebook with the place of its cell, where that is known."""
    name, position = named(notebook.path), notebook.position
    if position is None:
        return name
    return words.at_cell.format(name=name, number=position.number, count=position.count)


def _amount(amount: Decimal, details: AlertDetails, words: Words) -> str:
    one, several = words.units[details.alert.unit]
    return (one if amount == 1 else several).format(amount=_figure(amount, details, words))


def _figure(amount: Decimal, details: AlertDetails, words: Words) -> str:
    if details.alert.unit != "USD":
        return format_count(amount)
    return format_money(amount, details.currency, words.beside)


def _local(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def _plain(name: str) -> str:
    name = name.translate(_HARMLESS)
    return name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME + 1 :]}"


def _marked(name: str) -> str:
    """A name as code, so that nothing in it is taken for Markdown."""
    return f"`{_plain(name).replace('`', chr(39))}`"
