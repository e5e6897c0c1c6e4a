"""The texts of alert messages, by language. `text.py` fills in the braces."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_llm_meter.core.limit_names import CHINESE_NAMES, ENGLISH_NAMES, NameWords


@dataclass(frozen=True)
class Words:
    """The texts in one language.

    Attributes:
        names: The names of limits.
        units: An amount of one and of several, by unit.
        headlines: What happened, by kind of alert.
        beside: An amount of dollars with the same in the administrator's currency.
        joint: The separator between names in a list.
        clause_joint: The separator between details on one line.
    """

    names: NameWords
    units: dict[str, tuple[str, str]]
    headlines: dict[str, str]
    titled: str
    several: str
    used: str
    resets: str
    never_resets: str
    notebook: str
    notebooks: str
    with_amount: str
    at_cell: str
    beside: str
    rate: str
    forecast: str
    seen: str
    link: str
    open: str
    more: str
    listed: str
    joint: str
    clause_joint: str
    test: str
    test_text: str


ENGLISH = Words(
    names=ENGLISH_NAMES,
    units={
        "tokens": ("{amount} token", "{amount} tokens"),
        "calls": ("{amount} call", "{amount} calls"),
        "USD": ("{amount}", "{amount}"),
    },
    headlines={
        "warning": "{limit}: {percent} of {amount} used",
        "exceeded": "{limit}: limit of {amount} reached",
        "blocked": "{limit}: call refused at the limit of {amount}",
        "unpriced": "{limit}: call refused because the model {model} has no known price",
    },
    titled="LLM Meter: {text}",
    several="{count} alerts",
    used="Used: {used} of {amount} ({percent})",
    resets="Resets: {time} ({zone})",
    never_resets="Resets: never",
    notebook="Top notebook: {names}",
    notebooks="Top notebooks: {names}",
    with_amount="{name} ({amount})",
    at_cell="{name}, cell {number} of {count}",
    beside="{amount} ({own})",
    rate="Rate: {rate}",
    forecast="Forecast at this pace: {used} ({percent})",
    seen="Detected: {time}",
    link="Open JupyterLab: {link}",
    open="Open JupyterLab",
    more="and {count} more",
    listed="{number}. {headline}. {rest}",
    joint=", ",
    clause_joint="; ",
    test="Test message",
    test_text="This channel ({channel}) is set up to receive LLM Meter alerts.",
)

CHINESE = Words(
    names=CHINESE_NAMES,
    units={
        "tokens": ("{amount} token", "{amount} token"),
        "calls": ("{amount} 次调用", "{amount} 次调用"),
        "USD": ("{amount}", "{amount}"),
    },
    headlines={
        "warning": "{limit}：已使用 {amount} 的 {percent}",
        "exceeded": "{limit}：已达到 {amount} 的限额",
        "blocked": "{limit}：一次调用可能超出 {amount} 的限额，已被拒绝",
        "unpriced": "{limit}：模型 {model} 的价格未知，一次调用已被拒绝",
    },
    titled="LLM Meter：{text}",
    several="{count} 条预警",
    used="用量：已使用 {used}，限额 {amount}（{percent}）",
    resets="重置时间：{time}（{zone}）",
    never_resets="重置时间：不重置",
    notebook="用量最高的笔记本：{names}",
    notebooks="用量最高的笔记本：{names}",
    with_amount="{name}（{amount}）",
    at_cell="{name} 第 {number}/{count} 个单元格",
    beside="{amount}（{own}）",
    rate="汇率：{rate}",
    forecast="按当前速度预计用量：{used}（{percent}）",
    seen="发现时间：{time}",
    link="打开 JupyterLab：{link}",
    open="打开 JupyterLab",
    more="另有 {count} 条",
    listed="{number}. {headline}。{rest}",
    joint="、",
    clause_joint="；",
    test="测试消息",
    test_text="收到这条消息，表示渠道 {channel} 可以正常接收 LLM Meter 的预警。",
)

WORDS = {"en": ENGLISH, "zh-CN": CHINESE}
