"""The installed version of LLM Meter, for the packages that must not import the entry points."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("jupyter-llm-meter")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0+unknown"
