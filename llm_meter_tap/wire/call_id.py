"""Derives the id of a call that is met more than once: made now, read back later, perhaps elsewhere.

The id is a hash of the provider's own ids, from which none can be read.
"""

from __future__ import annotations

import hashlib


def call_id_of(provider: str, host: str, *names: str | None) -> str:
    """Return the id of the call that a provider knows by `names`.

    Args:
        provider: `gen_ai.provider.name`.
        host: The host asked, so that two servers of one kind are distinguished (vLLM numbers its answers).
        names: The provider's id of the answer, the name within a batch, or what else is the call's alone.
    """
    named = "\n".join((provider, host.lower(), *(name or "" for name in names)))
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]
