"""The first question asked of every GET: may its path lead to the results of calls made before?

Owns that one pattern. Refuses to import and to decide: nearly all requests of a process end here, and
`recognise.py` knows the APIs.
"""

from __future__ import annotations

import re

_MAY_BE = re.compile(
    r"/(?:files|batches|responses|runs|predictions|interactions|completions|tasks"
    r"|deferred-completion|async-result)/"
).search


def may_read_back(method: object, target: object) -> bool:
    """Whether a request may read back what calls used.

    Args:
        method: The HTTP method.
        target: Path or URL, with or without a query.
    """
    return method == "GET" and isinstance(target, str) and _MAY_BE(target) is not None
