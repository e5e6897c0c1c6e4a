"""``GET doctor``: what is metered, what is not, and what to do."""

from __future__ import annotations

import json

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded


class DoctorHandler(MeterHandler):
    """``GET doctor``."""

    @guarded
    async def get(self) -> None:
        """Answer with the findings, which take seconds to make."""
        diagnosis = await self.doctor.examine()
        self.finish(json.dumps(diagnosis.to_dict()))
