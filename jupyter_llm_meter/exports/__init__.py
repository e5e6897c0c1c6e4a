"""Calls as a file: csv, json, jsonl, parquet; written in pieces, so that any number of calls can be exported.

The columns are the names of the public record. What is not known is absent or empty, never zero.
"""

from jupyter_llm_meter.exports.form import Form, Writer
from jupyter_llm_meter.exports.forms import FORMS, PARQUET_NEEDS, formats, is_available
from jupyter_llm_meter.exports.text import csv_table

__all__ = ["FORMS", "PARQUET_NEEDS", "Form", "Writer", "csv_table", "formats", "is_available"]
