"""The standing document says where a limit leads, once the past says enough."""

from datetime import datetime, timedelta, timezone

NOW = datetime.now(timezone.utc)


def wire(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def forecast(service):
    (standing,) = service.submit(service.standing()).result()["standings"]
    return standing.get("forecast")


def test_a_first_call_says_nothing_yet(start, caller, line):
    service = start()
    caller(service)("/v1/lines", line("settled", "a", tokens=100))
    assert forecast(service) is None


def test_the_forecast_grows_with_each_call(start, caller, line, fixed_limits):
    limits = fixed_limits([{"window": "total", "unit": "tokens", "amount": 1000}])
    service = start(limits=limits)
    long_ago = wire(NOW - timedelta(days=20))
    caller(service)("/v1/lines", line("settled", "a", tokens=200, **{"llm_meter.call.started_at": long_ago}))
    first = forecast(service)["reached_at"]
    caller(service)("/v1/lines", line("settled", "b", tokens=200))
    second = forecast(service)["reached_at"]
    # 200 tokens in 20 days leave 80 days for the other 800; then 400 in 20 days leave 30 for 600.
    assert abs(instant(first) - NOW - timedelta(days=80)) < timedelta(days=1)
    assert abs(instant(second) - NOW - timedelta(days=30)) < timedelta(days=1)


def test_what_is_used_up_is_not_reached_again(start, caller, line, fixed_limits):
    service = start(limits=fixed_limits([{"window": "total", "unit": "tokens", "amount": 100}]))
    long_ago = wire(NOW - timedelta(days=20))
    caller(service)("/v1/lines", line("settled", "a", tokens=200, **{"llm_meter.call.started_at": long_ago}))
    assert forecast(service) is None
