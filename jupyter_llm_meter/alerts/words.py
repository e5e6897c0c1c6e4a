"""The texts of alert messages, by language. `text.py` fills in the braces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The texts in one language.

    Attributes:
        scopes: The subject of a limit, by scope.
        windows: The name of a limit, by window.
        units: An amount, by unit.
        headlines: What happened, by kind of alert.
        joint: The separator between names in a list.
        clause_joint: The separator between details on one line.
    """

    scopes: dict[str, str]
    windows: dict[str, str]
    units: dict[str, str]
    headlines: dict[str, str]
    titled: str
    several: str
    used: str
    resets: str
    never_resets: str
    notebook: str
    notebooks: str
    with_amount: str
    forecast: str
    seen: str
    link: str
    more: str
    listed: str
    joint: str
    clause_joint: str
    test: str
    test_text: str


ENGLISH = Words(
    scopes={
        "user": "{name}",
        "team": "team {name}",
        "key": "API key {name}",
        "project": "project {name}",
        "notebook": "notebook {name}",
        "kernel": "kernel {name}",
        "model": "model {name}",
        "provider": "provider {name}",
    },
    windows={
        "hour": "hourly limit",
        "day": "daily limit",
        "week": "weekly limit",
        "month": "monthly limit",
        "total": "total limit",
    },
    units={"tokens": "{amount} tokens", "calls": "{amount} calls", "USD": "{amount}"},
    headlines={
        "warning": "{who} has used {percent} of the {window}",
        "exceeded": "{who} has reached the {window}",
        "blocked": "A call by {who} was refused by the {window}",
    },
    titled="LLM Meter: {text}",
    several="{count} alerts",
    used="Used: {used} of {amount} ({percent})",
    resets="Resets: {time} ({zone})",
    never_resets="Resets: never",
    notebook="Top notebook: {names}",
    notebooks="Top notebooks: {names}",
    with_amount="{name} ({amount})",
    forecast="Forecast at this pace: {used} ({percent})",
    seen="Detected: {time}",
    link="Open JupyterLab: {link}",
    more="and {count} more",
    listed="{number}. {headline}. {rest}",
    joint=", ",
    clause_joint="; ",
    test="Test message",
    test_text="This channel ({channel}) is set up to receive LLM Meter alerts.",
)

CHINESE = Words(
    scopes={
        "user": "用户 {name}",
        "team": "团队 {name}",
        "key": "密钥 {name}",
        "project": "项目 {name}",
        "notebook": "笔记本 {name}",
        "kernel": "内核 {name}",
        "model": "模型 {name}",
        "provider": "提供商 {name}",
    },
    windows={
        "hour": "每小时限额",
        "day": "每日限额",
        "week": "每周限额",
        "month": "每月限额",
        "total": "总限额",
    },
    units={"tokens": "{amount} token", "calls": "{amount} 次调用", "USD": "{amount}"},
    headlines={
        "warning": "{who} 已使用{window}的 {percent}",
        "exceeded": "{who} 已达到{window}",
        "blocked": "{who} 的一次调用可能超出{window}，已被拒绝",
    },
    titled="LLM Meter：{text}",
    several="{count} 条预警",
    used="用量：已使用 {used}，限额 {amount}（{percent}）",
    resets="重置时间：{time}（{zone}）",
    never_resets="重置时间：不重置",
    notebook="用量最高的笔记本：{names}",
    notebooks="用量最高的笔记本：{names}",
    with_amount="{name}（{amount}）",
    forecast="按当前速度预计用量：{used}（{percent}）",
    seen="发现时间：{time}",
    link="打开 JupyterLab：{link}",
    more="另有 {count} 条",
    listed="{number}. {headline}。{rest}",
    joint="、",
    clause_joint="；",
    test="测试消息",
    test_text="收到这条消息，表示渠道 {channel} 可以正常接收 LLM Meter 的预警。",
)

WORDS = {"en": ENGLISH, "zh-CN": CHINESE}
