"""``python -m jupyter_llm_meter.hub``: ``jupyter llm-meter hub`` for where no command is on the path."""

from __future__ import annotations

import sys

from jupyter_llm_meter.hub.app import LLMMeterHub

if __name__ == "__main__":
    app = LLMMeterHub.instance()
    app.initialize()
    app.start()
    sys.exit(app.exit_code)
