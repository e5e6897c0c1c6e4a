"""Changes of the limits are noticed and announced."""

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.service.limits_watch import LimitsWatch

LIMIT = {"scope": "user", "window": "day", "unit": "calls", "amount": 3}


class ChangingLimits:
    """Limits that a test changes."""

    def __init__(self):
        self.change(1)

    def change(self, amount):
        self.limits = parse_limits([{**LIMIT, "amount": amount}], "settings")

    def current(self):
        return self.limits


def test_a_change_is_announced_whoever_asks_for_the_limits_first(start):
    limits, announced = ChangingLimits(), []
    service = start(limits=limits)
    watch = LimitsWatch(service.limits, service.gate, lambda: announced.append(limits.limits))
    service.submit(watch.check()).result(30)
    limits.change(2)
    for _ in range(2):
        service.submit(watch.check()).result(30)
    assert announced == [limits.limits]
