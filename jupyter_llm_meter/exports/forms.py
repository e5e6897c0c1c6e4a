"""The forms that there are."""

from __future__ import annotations

from jupyter_llm_meter.exports.form import Form
from jupyter_llm_meter.exports.parquet import Parquet, has_pyarrow
from jupyter_llm_meter.exports.text import Csv, JsonLines, JsonList

FORMS = {
    "csv": Form("text/csv; charset=utf-8; header=present", Csv),
    "json": Form("application/json", JsonList),
    "jsonl": Form("application/x-ndjson", JsonLines),
    "parquet": Form("application/vnd.apache.parquet", Parquet),
}
"""Every form by its name, which is a file's ending too."""

PARQUET_NEEDS = "Parquet is written by the package pyarrow, which is not installed here: pip install pyarrow"


def is_available(name: str) -> bool:
    """Whether a form can be written here."""
    return name != "parquet" or has_pyarrow()


def formats() -> list[str]:
    """The names of the forms that can be written here."""
    return [name for name in FORMS if is_available(name)]
