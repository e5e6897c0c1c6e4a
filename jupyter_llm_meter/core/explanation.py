"""What happened and what to do, as a code with values, so that the page can say it in its user's language.

The English texts are in `data/explanations.json`. The page has the same texts in its own languages
(`src/core/words/explanation.ts`). A text that another text can name has no full stop at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from jupyter_llm_meter.core.tables import DATA

TEXTS: dict[str, str] = json.loads(DATA.joinpath("explanations.json").read_text(encoding="utf-8"))
"""The English texts by code. A value's name is in braces, in lower case."""

Value: TypeAlias = Union[str, int, "Explanation", "Sequence[Explanation]"]
"""What a text names: a name or a text from outside, a number, or what is explained in turn."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Explanation:
    """What happened and what to do.

    Attributes:
        code: One of `TEXTS`; another one in what a service of another version says.
        values: What the text of the code names.
        said: The text of a service of another version; None: that of the code.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    said: str | None = None

    @property
    def text(self) -> str:
        """The text in English."""
        if self.said is not None:
            return self.said
        return _PLACE.sub(lambda place: _written(self.values[place[1]]), TEXTS[self.code])

    def to_dict(self) -> dict[str, Any]:
        """Return it for programs and the page, with the text in English."""
        values = {name: _outward(value) for name, value in self.values.items()}
        return {"code": self.code, "values": values, "text": self.text}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Explanation:
        """Read what `to_dict` wrote, in this version or another one."""
        values = {name: _inward(value) for name, value in given["values"].items()}
        return cls(given["code"], values, given["text"])


def explain(code: str, **values: Value) -> Explanation:
    """Make an explanation; the values are those that the text of the code names."""
    return Explanation(code, values)


class ExplainedError(Exception):
    """An error whose message the page can say in its user's language.

    Args:
        code: The code of its explanation.
        values: What the text of the code names.
    """

    def __init__(self, code: str, **values: Value) -> None:
        self.explanation = explain(code, **values)
        super().__init__(code)

    def __str__(self) -> str:
        return self.explanation.text


def explanation_of(error: Exception, otherwise: str) -> Explanation:
    """Return the explanation of an error.

    Args:
        error: The error.
        otherwise: The code for an error that has none; its text names the message as ``error``.
    """
    return error.explanation if isinstance(error, ExplainedError) else explain(otherwise, error=str(error))


def _written(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return value.text if isinstance(value, Explanation) else ", ".join(each.text for each in value)


def _outward(value: Value) -> Any:
    if isinstance(value, (str, int)):
        return value
    return value.to_dict() if isinstance(value, Explanation) else [each.to_dict() for each in value]


def _inward(value: Any) -> Value:
    if isinstance(value, Mapping):
        return Explanation.from_dict(value)
    if isinstance(value, list):
        return [Explanation.from_dict(each) for each in value]
    return value if isinstance(value, int) else str(value)
