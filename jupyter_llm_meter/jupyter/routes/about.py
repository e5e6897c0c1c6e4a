"""``GET about``: the version of the server extension, and the formats it can export."""

from __future__ import annotations

import json

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.exports import formats
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded


class AboutHandler(MeterHandler):
    """``GET about``."""

    @guarded
    async def get(self) -> None:
        """Answer with the version and the formats of an export."""
        self.finish(json.dumps({"version": __version__, "formats": formats()}))
