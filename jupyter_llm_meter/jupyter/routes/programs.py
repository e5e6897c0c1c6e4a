"""``GET programs``: the running programs whose calls are not metered."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded


class ProgramsHandler(MeterHandler):
    """``GET programs``."""

    @guarded
    async def get(self) -> None:
        """Answer with what runs now."""
        self.finish(json.dumps({"programs": await self.doctor.programs.find()}))
