"""The fields of a form that httpx sends with files: `model` and its like, which precede the files.

httpx produces such a body while it sends it. The files may be open and read only once; the fields are plain
values.
"""

from __future__ import annotations

from typing import Any

_LONGEST = 4096


def form_fields(form: Any) -> bytes | None:
    """Render the fields that are no files, as they will be sent.

    Args:
        form: httpx's stream of a multipart body.

    Returns:
        Parts of the body; None where this release of httpx keeps its fields differently.
    """
    rendered = [_rendered(field) for field in getattr(form, "fields", ())]
    return b"".join(part for part in rendered if part is not None) or None


def _rendered(field: Any) -> bytes | None:
    name, value = getattr(field, "name", None), getattr(field, "value", None)
    if not isinstance(name, str) or not isinstance(value, (str, bytes)) or len(value) > _LONGEST:
        return None
    written = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    head = b'Content-Disposition: form-data; name="%s"\r\n\r\n' % name.encode("utf-8", "replace")
    return head + written + b"\r\n"
