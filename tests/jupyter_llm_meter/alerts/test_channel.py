"""Reading channels: what is allowed, what is wrong, and that no URL is shown."""

import pytest

from jupyter_llm_meter.alerts.channel import MOST_PER_HOUR, read_channels

URL = "json://user:password-1@hooks.example.com/secret-path"


def test_a_channel_is_a_url_or_an_object():
    channels, errors = read_channels(
        {
            "ops": URL,
            "team": {"url": URL, "language": "zh-CN", "is_default": False, "most_per_hour": 3},
        },
        None,
    )
    assert errors == {}
    ops, team = channels["ops"], channels["team"]
    assert (ops.url, ops.language, ops.is_default, ops.most_per_hour) == (URL, "en", True, MOST_PER_HOUR)
    assert (team.language, team.is_default, team.most_per_hour) == ("zh-CN", False, 3)
    assert (team.kind, team.masked_url) == ("json", "json://hooks.example.com/****")


def test_the_environment_adds_channels_and_goes_before_the_configuration():
    channels, errors = read_channels(
        {"ops": URL, "mail": "mailto://a:b@example.com"}, '{"ops": "wecombot://abc", "lark": "lark://abc"}'
    )
    assert {name: channel.kind for name, channel in channels.items()} == {
        "ops": "wecombot",
        "mail": "mailto",
        "lark": "lark",
    }
    assert errors == {}


def test_a_secret_makes_a_webhook_of_a_url():
    fields = {"url": "https://hooks.example.com/secret-path", "secret": "0123456789abcdef"}
    desk = read_channels({"desk": fields}, None)[0]["desk"]
    assert (desk.kind, desk.masked_url) == ("webhook", "https://hooks.example.com/****")
    assert "0123456789abcdef" not in repr(desk)


def test_a_command_line_gives_them_as_text():
    assert list(read_channels('{"ops": "wecombot://abc"}', None)[0]) == ["ops"]


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"url": URL, "languge": "en"}, "unknown field 'languge'; allowed are url, secret, language"),
        ({"language": "en"}, "url is missing"),
        ("not a url password-1", "url is missing, or is not a URL"),
        ({"url": 5}, "url is missing, or is not a URL"),
        (["password-1"], "it must be a URL, or an object"),
        ({"url": URL, "language": "fr"}, "language is 'fr'; allowed are en, zh-CN"),
        ({"url": URL, "language": ["en"]}, "language is"),
        ({"url": URL, "is_default": "yes"}, "is_default is 'yes'"),
        ({"url": "https://a.example.com", "secret": "password-1"}, "secret must be a text of at least 16"),
        ({"url": "https://a.example.com", "secret": 5}, "secret must be a text of at least 16"),
        ({"url": URL, "secret": "password-1" * 2}, "secret signs the messages of a webhook"),
        ({"url": "dingtalk://abc", "secret": "password-1" * 2}, "secret of a robot is part of its url"),
        (
            {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/abc", "secret": "password-1" * 2},
            "secret of a robot is part of its url",
        ),
        ({"url": URL, "most_per_hour": 0}, "most_per_hour is 0"),
        ({"url": URL, "most_per_hour": True}, "most_per_hour is True"),
    ],
)
def test_a_wrong_channel_is_named_and_the_others_work(item, says):
    channels, errors = read_channels({"bad": item, "good": URL}, None)
    assert list(channels) == ["good"]
    assert says in str(errors["bad"])
    assert "password-1" not in str(errors)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, 5, "a/b"])
def test_a_channel_needs_a_name_that_can_be_typed(name):
    channels, errors = read_channels({name: URL}, None)
    assert channels == {}
    assert "its name must be" in str(errors[str(name)])


@pytest.mark.parametrize("variable", ["{", "[]", '"mailto://x:password-1@y"', "5"])
def test_an_environment_that_cannot_be_read_spares_the_configuration(variable):
    channels, errors = read_channels({"ops": URL}, variable)
    assert list(channels) == ["ops"]
    assert "LLM_METER_CHANNELS must be an object" in str(errors[""])
    assert "password-1" not in str(errors[""])


@pytest.mark.parametrize("given", [["x"], 5, "mailto://x:password-1@y"])
def test_a_configuration_that_is_not_an_object_is_reported_without_showing_it(given):
    channels, errors = read_channels(given, None)
    assert channels == {}
    assert "c.LLMMeter.channels must be an object" in str(errors[""])
    assert "password-1" not in str(errors[""])


URLS = "json://a.example.com/x,y?to=1,2, dingtalk://0123456789abcdef\n  mailtos://u:p@example.com"


def test_the_environment_may_give_urls_alone_with_spaces_or_commas_between_them():
    channels, errors = read_channels({"ops": URL}, None, URLS)
    assert errors == {}
    assert list(channels) == ["ops", "alert-1", "alert-2", "alert-3"]
    assert channels["alert-1"].url == "json://a.example.com/x,y?to=1,2"
    assert all(channel.is_default for channel in channels.values())


def test_a_url_of_the_environment_that_is_none_is_an_error_and_the_others_work():
    channels, errors = read_channels(None, None, f"hook-secret {URL}")
    assert list(channels) == ["alert-2"]
    assert list(errors) == ["alert-1"]
    assert "hook-secret" not in str(errors["alert-1"])


@pytest.mark.parametrize("blank", ["", " \n"])
def test_no_urls_in_the_environment_are_no_channels(blank):
    assert read_channels(None, None, blank) == ({}, {})
