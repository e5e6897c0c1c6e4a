"""Makes LangChain raise an exception that is not an `Exception`.

Its asynchronous models gather with `return_exceptions=True` (langchain_core, `BaseChatModel.agenerate`) and
treat every result that is not an `Exception` as an answer. They would raise an `AttributeError`, which
explains nothing and is retried.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class RaisedWhenRead(BaseException):
    """Raises itself when LangChain reads it as an answer."""

    @property
    def generations(self) -> NoReturn:
        """Raises this exception; of an answer it is the list of what the model generated."""
        raise self
