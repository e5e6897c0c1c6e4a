"""Reads answers that are charged in other units than tokens: pages, images, seconds, characters.

An answer may be a job that is made in the background: its figures are read once it has ended.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Format, UsageReader
from llm_meter_tap.wire.json_values import mapping


def units_format(
    name: str,
    figures: tuple[str, ...],
    ids: tuple[str, ...] = ("id",),
    models: tuple[str, ...] = ("model",),
    errors: tuple[str, ...] = ("error",),
    status: str | None = None,
    ends: tuple[str, ...] = (),
    is_job: bool = False,
) -> Format:
    """A format of media: no tokens to limit and no text to count.

    Paths may have dots.

    Args:
        name: The format's name.
        figures: Paths to the figures: a usage object is taken as it is, a single figure under its last name.
        ids: Paths to the id, the first that is there counts.
        models: Paths to the model that answered.
        errors: Paths to the error; a number other than 0 is an error's code.
        status: The path to a job's status; None where the figures count whatever it says.
        ends: The status of a job that has ended and is charged.
        is_job: The answer is made in the background, and may be read back under its id.
    """

    def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
        draft.identify(_first(document, models), _first(document, ids))
        if status is None or _at(document, status) in ends:
            for path in figures:
                found = _at(document, path)
                draft.update(found if isinstance(found, dict) else {path.rpartition(".")[2]: found})
            draft.has_units = bool(draft.raw)
        draft.is_background = is_job
        error = _first(document, errors)
        draft.error = ({"code": str(error)} if isinstance(error, int) else error) or draft.error

    paths = (*figures, *ids, *models, *errors, *((status,) if status else ()))
    outer = tuple(dict.fromkeys(path.partition(".")[0] for path in paths))
    matters = "|".join(f'"{each}"' for each in outer).encode()
    reader = UsageReader(
        matters=matters, names=outer, read_document=read_document, normalise=openai_usage.normalise
    )
    return Format(name=name, usage=reader, output_limit=None, text=None, stream_ends=())


def _at(document: dict[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = mapping(value).get(name)
    return value


def _first(document: dict[str, Any], paths: tuple[str, ...]) -> Any:
    return next((found for found in (_at(document, path) for path in paths) if found), None)
