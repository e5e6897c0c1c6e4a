"""The words of messages, by language. What stands in braces is filled in by `text.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What messages say in one language.

    Attributes:
        scopes: How a limit's subject is called, by scope.
        windows: How a limit is called, by window.
        units: An amount, by unit.
        headlines: What happened, by kind of alert.
        joint: Stands between names in a list.
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
        "blocked": "a call of {who} was refused by the {window}",
    },
    titled="LLM Meter: {text}",
    several="{count} alerts",
    used="Used: {used} of {amount} ({percent})",
    resets="Resets: {time} ({zone})",
    never_resets="Resets: never",
    notebook="Top notebook: {names}",
    notebooks="Top notebooks: {names}",
    with_amount="{name} ({amount})",
    forecast="At this pace: {used} ({percent}) by then",
    seen="Seen: {time}",
    link="Open the lab: {link}",
    more="and {count} more",
    listed="{number}. {headline}. {rest}",
    joint=", ",
    clause_joint="; ",
    test="test message",
    test_text="If you can read this, you receive the alerts of the channel {channel}.",
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
        "blocked": "{who} 的一次调用因{window}被拒绝",
    },
    titled="LLM Meter：{text}",
    several="{count} 条提醒",
    used="用量：已使用 {used}，限额 {amount}（{percent}）",
    resets="重置时间：{time}（{zone}）",
    never_resets="重置时间：不重置",
    notebook="用量最多的笔记本：{names}",
    notebooks="用量最多的笔记本：{names}",
    with_amount="{name}（{amount}）",
    forecast="按目前的速度，届时预计用量：{used}（{percent}）",
    seen="发现时间：{time}",
    link="打开 Lab：{link}",
    more="另有 {count} 条",
    listed="{number}. {headline}。{rest}",
    joint="、",
    clause_joint="；",
    test="测试消息",
    test_text="收到这条消息，说明渠道 {channel} 可以正常接收提醒。",
)

WORDS = {"en": ENGLISH, "zh-CN": CHINESE}
