"""What messages say, in every language, and that nothing in them is taken for syntax."""

from dataclasses import fields, replace
from datetime import date, datetime, timezone
from decimal import Decimal
from string import Formatter

import pytest

from jupyter_llm_meter.alerts.channel import LANGUAGES
from jupyter_llm_meter.alerts.text import compose, compose_test, notebook_address
from jupyter_llm_meter.alerts.words import WORDS
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.limit_names import with_name_parts
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.standing import CellPosition, TopNotebook

PLENTY = 100_000
NOTEBOOKS = (
    TopNotebook("a.ipynb", Decimal(620_000), "c/1", CellPosition(3, 12)),
    TopNotebook("b.ipynb", Decimal(100_000), "c2"),
)


def test_a_warning_in_english(make_alert):
    message = compose([make_alert(notebooks=NOTEBOOKS)], "en", PLENTY, "https://lab.example.com/")
    assert message.title == "LLM Meter: User alice this month: 81% of 1,000,000 tokens used"
    assert message.text.splitlines() == [
        "Used: 812,345 of 1,000,000 tokens (81%)",
        "Resets: 2026-12-01 00:00 (Asia/Shanghai)",
        "Top notebooks: a.ipynb, cell 3 of 12 (620,000 tokens), b.ipynb (100,000 tokens)",
        "Detected: 2026-11-24 20:00",
        "Open JupyterLab: https://lab.example.com/lab/tree/a.ipynb?llm-meter-cell=c%2F1",
    ]
    assert not message.is_urgent


def test_a_warning_in_chinese(make_alert):
    message = compose([make_alert(notebooks=NOTEBOOKS)], "zh-CN", PLENTY, "https://lab.example.com/")
    assert message.title == "LLM Meter：用户 alice 本月：已使用 1,000,000 token 的 81%"
    assert message.text.splitlines() == [
        "用量：已使用 812,345，限额 1,000,000 token（81%）",
        "重置时间：2026-12-01 00:00（Asia/Shanghai）",
        "用量最高的笔记本：a.ipynb 第 3/12 个单元格（620,000 token）、b.ipynb（100,000 token）",
        "发现时间：2026-11-24 20:00",
        "打开 JupyterLab：https://lab.example.com/lab/tree/a.ipynb?llm-meter-cell=c%2F1",
    ]


def test_a_reached_limit_is_urgent_and_said_so(make_alert):
    full = {"threshold": Decimal(1), "used": Decimal(1_000_010)}
    english = compose([make_alert(**full)], "en", PLENTY)
    title = "LLM Meter: User alice this month: limit of 1,000,000 tokens reached"
    assert (english.title, english.is_urgent) == (title, True)
    chinese = compose([make_alert(**full)], "zh-CN", PLENTY)
    assert chinese.title == "LLM Meter：用户 alice 本月：已达到 1,000,000 token 的限额"


@pytest.mark.parametrize(
    ("limit_id", "subject", "english", "chinese"),
    [
        ("team/day/USD", "research", "Team research today: 85%", "团队 research 今天：已使用"),
        ("model=gpt-5/week/USD", "gpt-5", "Model gpt-5 this week", "模型 gpt-5 本周"),
        (
            "notebook=a/b=c.ipynb/hour/USD",
            "a/b=c.ipynb",
            "Notebook a/b=c.ipynb this hour",
            "笔记本 a/b=c.ipynb 本小时",
        ),
        ("key/total/USD/own", "3f2a", "API key 3f2a, all time", "密钥 3f2a 累计"),
    ],
)
def test_every_scope_has_a_name(make_alert, limit_id, subject, english, chinese):
    alert = make_alert(
        limit_id=limit_id, subject=subject, unit="USD", used=Decimal("8.5"), amount=Decimal(10)
    )
    message = compose([alert], "en", PLENTY)
    assert english in message.title
    assert "Used: $8.50 of $10.00 (85%)" in message.text
    assert chinese in compose([alert], "zh-CN", PLENTY).title


def test_a_refused_call_is_said_so(make_alert):
    refused = make_alert(is_refusal=True, threshold=Decimal(1))
    english = compose([refused], "en", PLENTY)
    assert english.title == "LLM Meter: User alice this month: call refused at the limit of 1,000,000 tokens"
    assert english.is_urgent
    chinese = compose([refused], "zh-CN", PLENTY)
    assert chinese.title == "LLM Meter：用户 alice 本月：一次调用可能超出 1,000,000 token 的限额，已被拒绝"


def test_a_total_never_resets(make_alert):
    alert = make_alert(limit_id="user/total/calls", unit="calls", resets_at=None)
    assert "Resets: never" in compose([alert], "en", PLENTY).text
    assert "重置时间：不重置" in compose([alert], "zh-CN", PLENTY).text


def test_a_message_has_the_forecast_only_if_it_is_known(make_alert):
    alert = make_alert(forecast=Decimal(1_234_567))
    assert "Forecast at this pace: 1,234,567 tokens (123%)" in compose([alert], "en", PLENTY).text
    assert "按当前速度预计用量：1,234,567 token（123%）" in compose([alert], "zh-CN", PLENTY).text
    assert "pace" not in compose([make_alert()], "en", PLENTY).text


def test_several_alerts_are_one_list(make_alert):
    alerts = [make_alert(), make_alert(subject="bob", threshold=Decimal(1), used=Decimal(1_000_000))]
    message = compose(alerts, "en", PLENTY, "https://lab.example.com/")
    assert message.title == "LLM Meter: 2 alerts"
    assert message.is_urgent
    first, second, link = message.text.splitlines()
    assert first.startswith("1. User alice this month: 81% of 1,000,000 tokens used. Used: 812,345 of")
    assert second.startswith("2. User bob this month: limit of 1,000,000 tokens reached. Used: 1,000,000 of")
    assert link == "Open JupyterLab: https://lab.example.com/"
    assert compose(alerts, "zh-CN", PLENTY).text.startswith(
        "1. 用户 alice 本月：已使用 1,000,000 token 的 81%。用量："
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("most_bytes", [1000, 2048, 20_000])
def test_a_list_that_does_not_fit_in_counts_the_rest(make_alert, language, most_bytes):
    alerts = [make_alert(subject=f"使用者 {number}", notebooks=NOTEBOOKS) for number in range(500)]
    message = compose(alerts, language, most_bytes, "https://lab.example.com/")
    assert len(message.whole.encode()) <= most_bytes
    assert len(message.markdown.encode()) <= most_bytes
    *listed, more, _link = message.text.splitlines()
    assert str(500 - len(listed)) in more
    assert len(listed) >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_alert_fits_into_the_smallest_channel(make_alert, language):
    alert = make_alert(
        subject="长" * 900, notebooks=[TopNotebook("记" * 900, Decimal(1), "长" * 60, CellPosition(1, 2))] * 3
    )
    assert len(compose([alert], language, 2048).whole.encode()) <= 2048


def test_names_cannot_contain_syntax_of_the_receiver(make_alert):
    evil = "<!channel> <@all>\nResets: never `*_#\r"
    message = compose([make_alert(subject=evil, notebooks=[TopNotebook(evil, Decimal(1))])], "en", PLENTY)
    assert "<" not in message.whole + message.markdown
    assert [line for line in message.text.splitlines() if line.startswith("Resets: never")] == []
    (line,) = [line for line in message.markdown.splitlines() if line.startswith("- Top notebook")]
    assert line == "- Top notebook: `(!channel) (@all) Resets: never '*_# ` (1 token)"


def test_the_test_message_names_its_channel():
    assert compose_test("ops", "en").text == "This channel (ops) is set up to receive LLM Meter alerts."
    message = compose_test("ops", "zh-CN", "https://lab.example.com/")
    assert message.title == "LLM Meter：测试消息"
    assert message.text.startswith("收到这条消息，表示渠道 ops 可以正常接收 LLM Meter 的预警。")


def test_the_words_of_every_language_have_the_same_places_to_fill_in():
    def places(words):
        found = {}
        for field in fields(words):
            value = getattr(words, field.name)
            for key, text in _texts(value):
                found[field.name, key] = {
                    name for _text, name, _spec, _how in Formatter().parse(text) if name
                }
        return found

    first, *others = (places(words) for words in WORDS.values())
    assert others
    assert all(other == first for other in others)
    assert set(WORDS) == set(LANGUAGES)


def _texts(value):
    if isinstance(value, dict):
        return [((key, part), text) for key, each in value.items() for part, text in _texts(each)]
    if isinstance(value, tuple):
        return list(enumerate(value))
    return [("", value)] if isinstance(value, str) else _texts(vars(value))


def test_amounts_of_one_are_singular(make_alert):
    alert = make_alert(
        limit_id="model/day/calls", subject="o3", unit="calls", used=Decimal(1), amount=Decimal(1)
    )
    assert compose([alert], "en", PLENTY).title == "LLM Meter: Model o3 today: 100% of 1 call used"


def test_a_limit_in_force_is_named_by_what_tells_it_apart(make_alert):
    given = [
        {"window": "day", "unit": "tokens", "amount": 5, "time_zone": "UTC"},
        {"window": "day", "unit": "USD", "amount": 5, "time_zone": "America/New_York", "reset_hour": 6},
    ]
    _utc, new_york = with_name_parts(parse_limits(given, "settings"))
    title = compose([make_alert(limit=new_york)], "en", PLENTY).title
    assert "User alice today (New York, from 6:00): 81%" in title


@pytest.mark.parametrize(
    "link", ["https://hub/user/alice", "https://hub/user/alice/", "https://hub/user/alice/lab"]
)
def test_the_address_leads_to_the_notebook_that_used_most(make_alert, link):
    alert = make_alert(
        notebooks=[TopNotebook("my work/a b#1.ipynb", Decimal(5)), TopNotebook("b.ipynb", Decimal(1))]
    )
    text = compose([alert], "en", PLENTY, link).text
    assert text.endswith("Open JupyterLab: https://hub/user/alice/lab/tree/my%20work/a%20b%231.ipynb")


def test_the_instant_of_an_alert_is_in_the_limit_s_zone(make_alert):
    alert = make_alert(raised_at=datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc), time_zone="Europe/Berlin")
    assert "Detected: 2026-03-29 03:30" in compose([alert], "en", PLENTY).text


@pytest.mark.parametrize(
    ("link", "notebook", "address"),
    [
        ("https://lab/lab/", TopNotebook("a b.ipynb", Decimal(1)), "https://lab/lab/tree/a%20b.ipynb"),
        ("https://lab/u/x/tree", TopNotebook("x/a.ipynb", Decimal(1)), "https://lab/u/x/notebooks/x/a.ipynb"),
        (
            "https://lab/u/x/tree",
            TopNotebook("a.ipynb", Decimal(1), "q&a=1"),
            "https://lab/u/x/notebooks/a.ipynb?llm-meter-cell=q%26a%3D1",
        ),
    ],
)
def test_the_link_opens_the_notebook_at_its_cell_where_the_lab_opens_notebooks(
    make_alert, link, notebook, address
):
    assert notebook_address(link, make_alert(notebooks=[notebook])) == address


YUAN = Currency("CNY", Decimal("7.10"), date(2026, 11, 1))
IN_DOLLARS = {"limit_id": "team/day/USD", "unit": "USD", "used": Decimal(4), "amount": Decimal(5)}


def test_a_currency_of_the_administrator_stands_beside_dollars_with_its_rate(make_alert):
    alert = replace(make_alert(**IN_DOLLARS, notebooks=(TopNotebook("a.ipynb", Decimal(3)),)), currency=YUAN)
    english = compose([alert], "en", PLENTY)
    assert english.title.endswith("80% of $5.00 (35.50 CNY) used")
    assert english.text.splitlines()[0] == "Used: $4.00 (28.40 CNY) of $5.00 (35.50 CNY) (80%)"
    assert "Top notebook: a.ipynb ($3.00 (21.30 CNY))" in english.text
    assert "Rate: 1 USD = 7.10 CNY (2026-11-01)" in english.text.splitlines()
    chinese = compose([alert], "zh-CN", PLENTY).text.splitlines()
    assert chinese[0] == "用量：已使用 $4.00（28.40 CNY），限额 $5.00（35.50 CNY）（80%）"
    assert "汇率：1 USD = 7.10 CNY (2026-11-01)" in chinese


def test_several_alerts_say_the_rate_once_and_alerts_of_tokens_not_at_all(make_alert):
    dollars, tokens = (replace(make_alert(**given), currency=YUAN) for given in (IN_DOLLARS, {}))
    assert compose([tokens, dollars, dollars], "en", PLENTY).text.count("1 USD =") == 1
    assert "CNY" not in compose([tokens], "en", PLENTY).text


def test_a_refusal_for_want_of_a_price_names_the_model(make_alert):
    alert = make_alert(**IN_DOLLARS, is_refusal=True, threshold=Decimal(1), unpriced_model="my-model")
    assert compose([alert], "en", PLENTY).title.endswith(
        "call refused because the model my-model has no known price"
    )
    assert "模型 my-model 的价格未知" in compose([alert], "zh-CN", PLENTY).title
