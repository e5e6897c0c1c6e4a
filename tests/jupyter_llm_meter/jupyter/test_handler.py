from jupyter_llm_meter.jupyter.handler import refusal_of
from jupyter_llm_meter.ledger import LedgerUnavailable, NewerLedger
from llm_meter_tap.wire.shape import ShapeError


def test_an_error_is_answered_as_its_nearest_listed_class():
    class Later(NewerLedger, LedgerUnavailable):
        """An error that a later version may raise."""

    assert refusal_of(Later("x")) == (503, "ledger-unavailable")
    assert refusal_of(ShapeError("a", "b")) == (400, "bad-argument")
