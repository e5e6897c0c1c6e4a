"""The form of an archive's files: JSON Lines, compressed by gzip.

Python reads it without any package, and so do other programs, also in many years. The first line says what
the file is. Then come arrays, one a call, and objects: the rows that several calls refer to, each before the
first call that does. A file's name ends with a digest of what is in it, so that equal calls make an equal
file, and no file takes the place of a different one. Only its owner can read it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_llm_meter.ledger.errors import ArchiveDamaged, ArchiveError
from jupyter_llm_meter.ledger.folders import keep_names
from jupyter_llm_meter.ledger.schema import OWN_COLUMNS
from jupyter_llm_meter.ledger.sql import Values

COLUMNS = ("call_id", "series_id", "kind_id", "place_id", "shape_id", *OWN_COLUMNS[1:])
"""What a line has of a call: the columns of its row in the ledger, the id in plain text."""

UNFINISHED = ".unfinished-"
_FORM = {"form": "llm-meter-archive", "version": 1}
_PIECE = 1 << 20
_LEVEL = 6
_ENDING = ".jsonl.gz"
_NAME_DIGITS = 16


@dataclass(frozen=True)
class PartFile:
    """A file that was written.

    Attributes:
        name: Its name in the folder.
        sha256: Of its bytes.
        size: How many bytes they are.
    """

    name: str
    sha256: str
    size: int


def write_part(folder: Path, head: Mapping[str, Any], lines: Sequence[Any]) -> PartFile:
    """Write a file, read it back, and only then give it its name.

    Args:
        folder: The archive; made when it is not there.
        head: What the first line says besides the form; with ``month``.
        lines: Objects and arrays.

    Raises:
        ArchiveError: There is no file of that name afterwards, or the same one as before.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)  # only its owner can read it
    except OSError as error:
        raise ArchiveError(f"the archive {folder} cannot be written: {error.strerror}") from error
    unfinished = Path(name)
    try:
        with open(descriptor, "wb") as file:
            # Neither a name nor a time: equal calls make equal files.
            with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
                for line in ({**_FORM, **head, "columns": COLUMNS}, *lines):
                    packed.write(_written(line))
            file.flush()
            os.fsync(file.fileno())
        sha256, size = _digest(unfinished), unfinished.stat().st_size
        if not _same(read_lines(unfinished, sha256), lines):
            raise ArchiveError(f"what was written to {folder} is not what was read back; check the disk")
        part = PartFile(f"{head['month']}-{sha256[:_NAME_DIGITS]}{_ENDING}", sha256, size)
        unfinished.replace(folder / part.name)
        keep_names(folder)
    except OSError as error:
        raise ArchiveError(
            f"the archive {folder} cannot be written: {error.strerror}; the calls stay in the ledger"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return part


def read_lines(path: Path, sha256: str) -> Iterator[Any]:
    """The objects and arrays of a file, in their order and without its first line; the checksum comes first.

    Raises:
        ArchiveDamaged: The file is not there, or is not what was written.
    """
    try:
        if _digest(path) != sha256:
            raise ArchiveDamaged(f"{path} is damaged: its checksum is not the one in the ledger; {_REMEDY}")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            head = json.loads(next(lines))
            if {name: head.get(name) for name in _FORM} != _FORM or tuple(head["columns"]) != COLUMNS:
                raise ArchiveDamaged(f"{path} is of a later version of LLM Meter; upgrade jupyter-llm-meter")
            yield from map(json.loads, lines)
    except FileNotFoundError:
        raise ArchiveDamaged(f"{path} is not there; {_REMEDY}") from None
    except (OSError, EOFError, zlib.error, ValueError, LookupError, StopIteration, AttributeError) as error:
        raise ArchiveDamaged(f"{path} cannot be read ({error}); {_REMEDY}") from error


_REMEDY = "put back the file of that name from a backup"


def calls_in(lines: Iterable[Any]) -> Iterator[Values]:
    """The calls among the lines of a file, as `COLUMNS` has them."""
    return (tuple(line) for line in lines if isinstance(line, list))


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes left; nobody else may be writing there."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            left.unlink()


def _written(line: Any) -> bytes:
    return json.dumps(line, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"


def _same(found: Iterable[Any], meant: Sequence[Any]) -> bool:
    lines = list(found)
    return len(lines) == len(meant) and all(
        map(lambda one, other: _written(one) == _written(other), lines, meant)
    )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
