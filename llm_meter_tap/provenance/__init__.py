"""Where a call comes from: kernel, cell, thread, task, agent."""
