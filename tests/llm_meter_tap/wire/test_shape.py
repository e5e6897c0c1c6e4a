import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from llm_meter_tap.wire.shape import (
    Shape,
    ShapeError,
    WireError,
    finite_decimal,
    parse_decimal,
    parse_time,
    read_count,
    read_text,
)


def shape(**fields):
    return Shape.from_json(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"text"',
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_a_body_that_is_not_a_json_object_in_utf_8_is_refused(body):
    with pytest.raises(ShapeError, match=r"^The body must be a JSON object"):
        Shape.from_json(body)


def test_a_body_nested_deeper_than_python_reads_is_refused():
    with pytest.raises(ShapeError):
        Shape.from_json(b'{"a":' * 200_000 + b"1" + b"}" * 200_000)


def test_null_reads_as_absent():
    assert shape(a=None).optional_text("a") is None
    assert shape(a=None).optional_count("a") is None
    assert shape(a=None).optional_object("a", lambda inner: inner) is None


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (lambda s: s.text("a"), "", "a must be a text"),
        (lambda s: s.text("a", 2), "abc", "a must be a text of 1 to 2 characters"),
        (lambda s: s.text("a"), "\ud800", "a must be a text"),
        (lambda s: s.text("a"), "a\0", "a must be a text"),
        (lambda s: s.any_text("a"), 3, "a must be a text"),
        (lambda s: s.count("a"), True, "a must be a whole number of at least 0"),
        (lambda s: s.count("a"), -1, "a must be a whole number of at least 0"),
        (lambda s: s.count("a"), 1.0, "a must be a whole number of at least 0"),
        (lambda s: s.count("a"), 2**63, "a must be a whole number of at least 0"),
        (lambda s: s.count("a", 5), 6, "a must be a whole number of at least 0"),
        (lambda s: s.time("a"), "2026-11-23", "a must be an RFC 3339 time with Z or an offset"),
        (lambda s: s.time("a"), "2026-11-23T20:00:00", "a must be an RFC 3339 time with Z or an offset"),
        (lambda s: s.time("a"), "2026-02-30T20:00:00Z", "a must be an RFC 3339 time with Z or an offset"),
        (lambda s: s.optional_flag("a"), 1, "a must be true or false"),
        (lambda s: s.amount("a"), "0", "a must be a decimal string greater than 0"),
        (lambda s: s.amount("a"), 3, "a must be a decimal string greater than 0"),
        (
            lambda s: s.amount("a", Decimal(10)),
            "11",
            "a must be a decimal string greater than 0 and at most 10",
        ),
        (lambda s: s.optional_money("a"), "-1", "a must be a decimal string of at least 0"),
        (lambda s: s.choice("a", ["b", "c"]), "d", "a must be one of b, c"),
        (lambda s: s.choice("a", ["b", "c"]), ["b"], "a must be one of b, c"),
        (lambda s: s.object("a"), [], "a must be a JSON object"),
        (lambda s: s.items("a", read_text), {}, "a must be a list"),
        (lambda s: s.items("a", read_text, 1), ["x", "y"], "a must be a list of at most 1"),
        (lambda s: s.items("a", read_text), ["x", 3], "a[1] must be a text"),
        (lambda s: s.entries("a", read_count), {"b": "x"}, "a.b must be a whole number of at least 0"),
        (lambda s: s.object("a").text("b"), {}, "a.b must be a text"),
        (lambda s: s.only("b", "c"), "x", "a must be absent; allowed are b, c"),
    ],
)
def test_what_is_not_of_the_promised_shape_is_named_by_its_place(read, value, message):
    with pytest.raises(WireError) as refusal:
        read(shape(a=value))
    assert str(refusal.value).startswith(message)


def test_an_error_does_not_show_the_value():
    with pytest.raises(ShapeError) as refusal:
        shape(a={"secret": "prompt"}).text("a")
    assert "prompt" not in str(refusal.value)


def test_values_of_the_promised_shape_are_read():
    read = shape(
        text="x", empty="", count=3, at="2026-11-23T21:00:00.5+01:00", flag=False, amount="2.50", cost="0",
        word="b", texts=["x", "y"], counts={"a": 1}, inner={"b": "c"},
    )  # fmt: skip
    assert read.text("text") == "x"
    assert read.any_text("empty") == ""
    assert read.count("count") == 3
    assert read.time("at") == datetime(2026, 11, 23, 20, 0, 0, 500_000, tzinfo=timezone.utc)
    assert read.optional_flag("flag") is False
    assert read.amount("amount") == Decimal("2.50")
    assert read.optional_money("cost") == 0
    assert read.choice("word", ["a", "b"]) == "b"
    assert read.items("texts", read_text) == ["x", "y"]
    assert read.entries("counts", read_count) == {"a": 1}
    assert read.optional_object("inner", lambda inner: inner.text("b")) == "c"


@pytest.mark.parametrize(
    "text", ["1e3", "NaN", "Infinity", "1_000", " 1", "1.", ".5", "+1", "\uff11", "9" * 41, 1]
)
def test_a_decimal_string_is_written_out(text):
    assert parse_decimal(text) is None


def test_a_time_is_read_in_utc():
    assert parse_time("2026-11-23t20:00:00z") == datetime(2026, 11, 23, 20, tzinfo=timezone.utc)
    assert parse_time("0001-01-01T00:00:00+01:00") is None


@pytest.mark.parametrize("value", [True, None, "x", float("nan"), "Infinity", []])
def test_a_value_that_is_not_finite_is_not_a_decimal(value):
    assert finite_decimal(value) is None


@pytest.mark.parametrize(("value", "number"), [(1, "1"), (0.1, "0.1"), ("2e3", "2000"), (Decimal("3"), "3")])
def test_a_finite_number_is_a_decimal(value, number):
    assert finite_decimal(value) == Decimal(number)
