"""``POST runs``: which cell a page sends to a kernel that has no IPython tap."""

from __future__ import annotations

from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded

LONGEST_ID = 200


class RunsHandler(MeterHandler):
    """``POST runs``."""

    @guarded
    async def post(self) -> None:
        """Remember the cell of a request, for the calls made below the kernel while it executes."""
        body = self.read_body()
        kernel_id, run_id, cell_id = (
            body.text(name, LONGEST_ID) for name in ("kernel_id", "run_id", "cell_id")
        )
        await self.serve(self.service.request_run(kernel_id, run_id, cell_id))
        self.set_status(204)
        self.finish()
