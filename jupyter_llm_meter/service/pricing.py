"""The prices of a service: the administrator's file goes before the shipped prices."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.core.price_file import OwnPrices, read_price_file
from jupyter_llm_meter.core.price_overrides import BUNDLED, bundled_overrides
from jupyter_llm_meter.core.price_terms import bundled_terms
from jupyter_llm_meter.core.prices import Cost, price
from jupyter_llm_meter.ledger import Pricer
from jupyter_llm_meter.runtime.problems import Problems
from llm_meter_tap.wire.record import CallRecord

PROBLEM = "price-table"
_Signature = tuple[int, int, int]


@dataclass(frozen=True)
class Prices:
    """The prices that are in force.

    Attributes:
        own: The administrator's.
        version: Names the data set, the table that we ship and the administrator's file, as they are.
        is_stated_kept: See `price`.
    """

    own: OwnPrices
    version: str
    is_stated_kept: bool = True

    @classmethod
    def read(cls, path: str | None, is_stated_kept: bool = True) -> Prices:
        """Read the administrator's file, if there is one.

        Raises:
            PriceTableError: It cannot be used.
        """
        if not path:
            return cls(OwnPrices(), _shipped_version(), is_stated_kept)
        file = Path(path).expanduser()
        own = read_price_file(file)
        return cls(own, f"{_shipped_version()}, own {_digest(file)}", is_stated_kept)

    def __call__(self, record: CallRecord) -> Cost | None:
        """The cost of a call; None when it is not known."""
        overrides = (*self.own.prices, *bundled_overrides())
        return price(record, overrides, self.own.terms + bundled_terms(), self.is_stated_kept)


class PriceFile:
    """The prices of a service that follow the administrator's file: a changed file holds from the next call.

    Args:
        path: The file.
        problems: Takes the problem of a file that cannot be used; the prices before stay in force.
    """

    def __init__(self, path: str, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self._lock = Lock()
        self._read: _Signature | None = None
        self._is_first = True
        self._prices = Prices.read(None)
        self._follow()

    def __call__(self, record: CallRecord) -> Cost | None:
        """The cost of a call by the prices in force; None when it is not known."""
        self._follow()
        return self._prices(record)

    def _follow(self) -> None:
        """Read the file if it is another one than before: one look at its status a call, and no polling."""
        found = _signature(Path(self._path).expanduser())
        if found == self._read and not self._is_first:
            return
        with self._lock:
            self._is_first, self._read = False, found
            try:
                self._prices = Prices.read(self._path)
            except PriceTableError as error:
                self._problems.report(PROBLEM, explain("price-table", error=error.explanation))
            else:
                self._problems.resolve(PROBLEM)


def pricer_with(path: str | None, problems: Problems) -> Pricer:
    """Return the function that finds the cost of a call.

    Args:
        path: The administrator's file, see `read_price_file`; None or empty: none is set.
        problems: Takes the problem of a file that cannot be used.
    """
    return PriceFile(path, problems) if path else price


def _signature(path: Path) -> _Signature | None:
    """What differs when a file was changed or replaced; None where it cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


@cache
def _shipped_version() -> str:
    return f"genai-prices {version('genai-prices')}, shipped {_digest(BUNDLED)}"


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=4).hexdigest()
