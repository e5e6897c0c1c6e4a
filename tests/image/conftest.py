"""What the tests of the image share with the end-to-end tests."""

from end_to_end.conftest import standin

__all__ = ["standin"]
