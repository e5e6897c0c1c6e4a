"""Reads an export, and refuses what would be compared wrongly: overlaps, and the usage of other accounts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from jupyter_llm_meter.reconcile.content import read_content
from jupyter_llm_meter.reconcile.errors import ExportError
from jupyter_llm_meter.reconcile.export import Export, Span
from jupyter_llm_meter.reconcile.formats import FORMATS

_MOST_NAMED = 5


def read_export(data: bytes, name: str) -> Export:
    """Read a file by its content.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        ExportError: It is none of the exports that are known, cut off, or says the same time twice.
    """
    content = read_content(data, name)
    format_ = next((each for each in FORMATS if each.fits(content)), None)
    if format_ is None:
        titles = ", ".join(each.title for each in FORMATS)
        found = ", ".join(sorted(content.columns)[:_MOST_NAMED]) or "no results with usage or costs"
        raise ExportError(
            f"{name} is none of the exports that are known (found: {found}); known are {titles}"
        )
    reading = format_.read(content)
    spans = tuple((row.start, row.end) for row in reading.rows)
    _refuse_overlaps(name, reading.spans if reading.spans is not None else tuple(dict.fromkeys(spans)))
    covered = (*spans, *(reading.spans or ()))
    if not covered:
        raise ExportError(f"{name} ({format_.title}) has no usage in it")
    start, end = min(first for first, _last in covered), max(last for _first, last in covered)
    return Export(name, format_, reading.rows, start, end, reading.unread)


def of_account(exports: Sequence[Export], account: str | None) -> list[Export]:
    """The rows of one account.

    Args:
        exports: What was read.
        account: The id of an account, organisation, project or workspace; None: there must be one account.

    Raises:
        ExportError: An export is of another account, or of several and none is named.
    """
    return [_of_account(export, account) for export in exports]


def refuse_overlaps(exports: Sequence[Export]) -> None:
    """Refuse two files that have the same figures of the same time, which would count twice.

    Raises:
        ExportError: Two files overlap.
    """
    for number, one in enumerate(exports):
        for other in exports[:number]:
            is_same = {(row.start, row.accounts) for row in one.rows} & {
                (row.start, row.accounts) for row in other.rows
            }
            if is_same and _figures(one) & _figures(other) and _has_provider(one, other):
                at = min(start for start, _accounts in is_same)
                raise ExportError(
                    f"{other.name} and {one.name} both have {at:%Y-%m-%d}, which would count twice; "
                    "give one of them"
                )


def _of_account(export: Export, account: str | None) -> Export:
    first = sorted({row.accounts[0] for row in export.rows if row.accounts and _is_whole(export)})
    if account is None:
        if len(first) > 1:
            raise ExportError(
                f"{export.name} has usage of {len(first)} accounts ({_named(first)}); "
                "name yours with --account"
            )
        return export
    known = sorted({each for row in export.rows for each in row.accounts})
    if not known:
        raise ExportError(
            f"{export.name} names no account, so that --account cannot be checked; leave it out"
        )
    mine = [row for row in export.rows if account in row.accounts]
    if not mine:
        raise ExportError(f"{export.name} is not of account {account}: it has {_named(known)}")
    return export.with_rows(mine)


def _is_whole(export: Export) -> bool:
    """Whether the first id of a row is an account, which pays; workspaces and projects are parts of one."""
    return export.format.name.startswith(("azure", "aws", "google")) or any(
        row.accounts[0].startswith("org-") for row in export.rows if row.accounts
    )


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - _MOST_NAMED
    return ", ".join(ids[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _figures(export: Export) -> set[str]:
    return {name for row in export.rows for name in row.figures}


def _has_provider(one: Export, other: Export) -> bool:
    return bool(set(one.format.providers) & set(other.format.providers))


def _refuse_overlaps(name: str, spans: Sequence[Span]) -> None:
    ordered = sorted(spans)
    for start, end in ordered:
        if end <= start:
            raise ExportError(f"{name} has a bucket that ends at {end:%Y-%m-%dT%H:%MZ}, before it begins")
    for (_first, end), (start, _last) in pairwise(ordered):
        if start < end:
            raise ExportError(
                f"{name} has buckets that overlap at {start:%Y-%m-%dT%H:%MZ}, which would count twice; "
                "export it again with one width of buckets"
            )
