"""Checks every GET by its path: may it read back the results of earlier calls?

Nearly every request of a process ends here, so that this module imports nothing of the tap.
"""

from __future__ import annotations

import re

_MAY_BE = re.compile(
    r"/(?:files|batches|responses|runs|predictions|interactions|completions|tasks|videos|dreams|sonar"
    r"|deferred-completion|async-result|v1/sessions|agents/sessions|agentstudio/sessions|batch/jobs|embed-jobs)/"
    r"|/v3/chat/retrieve(?:\?|$)"
).search


def may_read_back(method: object, target: object) -> bool:
    """Whether a request may read back what calls used.

    Args:
        method: The HTTP method.
        target: Path or URL, with or without a query.
    """
    return method == "GET" and isinstance(target, str) and _MAY_BE(target) is not None
