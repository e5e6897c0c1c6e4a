import pytest

from jupyter_llm_meter.runtime.signal import Signal


def test_listeners_are_called_in_their_order_with_what_is_emitted():
    heard = []
    signal = Signal()
    signal.connect(lambda value: heard.append(("first", value)))
    signal.connect(lambda value: heard.append(("second", value)))
    signal.emit(1)
    signal.emit(2)
    assert heard == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]


def test_the_failure_of_a_listener_reaches_the_emitter():
    signal = Signal()
    signal.connect(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        signal.emit()
