"""The command line: ``jupyter llm-meter``."""
