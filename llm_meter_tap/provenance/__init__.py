"""The origin of a call: kernel, cell, thread, task, agent."""
