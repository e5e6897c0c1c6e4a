"""Real deliveries through Apprise, what providers get, and that no secret of a URL is shown anywhere."""

import email
import email.policy
import logging

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from free_port import free_port

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.errors import ChannelError, DeliveryError
from jupyter_llm_meter.alerts.sender import send, sender_to
from jupyter_llm_meter.alerts.text import Message, compose

MESSAGE = Message("LLM Meter: alice", "Used: 8 of 10\nResets: never", "- Used: 8 of 10\n- Resets: never")

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "workflow://prod-01.westus.logic.azure.com:443/"
    "643e69f83c8944438d68119179a10a64/iXvgCmTFQMVfLZHwXpPcz6mSignature"
)
TELEGRAM = "tgram://123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc/12315544"


def deliver(url, message=MESSAGE):
    channel = Channel("ops", url)
    send(sender_to(channel), channel, message)


@pytest.fixture
def mailbox():
    """An SMTP server that asks for a password; its messages are kept."""

    class Mailbox:
        def __init__(self):
            self.messages = []

        async def handle_DATA(self, _server, _session, envelope):
            self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            return "250 OK"

    def authenticate(_server, _session, _envelope, _mechanism, login):
        is_known = (login.login, login.password) == (b"meter", b"mail-password-1")
        return AuthResult(success=is_known, handled=is_known)

    box = Mailbox()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


def mail_url(mailbox, password="mail-password-1"):
    return (
        f"mailto://meter:{password}@127.0.0.1:{mailbox.port}"
        "?mode=insecure&from=meter@example.com&to=ops@example.com"
    )


def test_mail_arrives_in_the_receiver_s_language(mailbox, make_alert):
    deliver(mail_url(mailbox), compose([make_alert()], "zh-CN", 10_000))
    (message,) = mailbox.messages
    assert message["Subject"] == "LLM Meter：用户 alice 本月：已使用 1,000,000 token 的 81%"
    assert (message["To"], message["From"].addresses[0].addr_spec) == ("ops@example.com", "meter@example.com")
    body = message.get_body(("plain",)).get_content()
    assert "重置时间：2026-12-01 00:00（Asia/Shanghai）" in body


def test_refused_mail_is_reported(mailbox):
    with pytest.raises(DeliveryError) as caught:
        deliver(mail_url(mailbox, "another-password"))
    assert mailbox.messages == []
    assert "another-password" not in str(caught.value)


def test_slack_gets_markdown_by_its_webhook(provider):
    provider.answer = lambda _request: (200, b"ok")
    deliver(SLACK)
    (request,) = provider.requests
    assert request.host == "hooks.slack.com"
    assert request.path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    (attachment,) = request.json["attachments"]
    assert attachment["title"] == MESSAGE.title
    assert "Used: 8 of 10" in attachment["text"]


def test_slack_takes_its_own_address_as_well(provider):
    provider.answer = lambda _request: (200, b"ok")
    deliver("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    assert provider.requests[0].path.endswith("/TIiajkdnlazkcOXrIdevi7FQ")


def test_teams_gets_a_card(provider):
    provider.answer = lambda _request: (202, b"")
    deliver(TEAMS)
    (request,) = provider.requests
    assert request.host == "prod-01.westus.logic.azure.com"
    assert request.json["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert b"Used: 8 of 10" in request.body


def test_telegram_gets_text(provider):
    deliver(TELEGRAM, Message("LLM Meter", "a_b*c.ipynb & more", ""))
    (request,) = provider.requests
    assert request.path == "/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc/sendMessage"
    assert (request.json["chat_id"], request.json["parse_mode"]) == (12315544, "HTML")
    assert "a_b*c.ipynb &amp; more" in request.json["text"]


def test_ntfy_gets_text(provider):
    deliver("ntfys://ntfy.sh/some-secret-topic")
    (request,) = provider.requests
    assert request.json["topic"] == "some-secret-topic"
    assert (request.json["title"], request.json["message"]) == (MESSAGE.title, MESSAGE.text)


def test_a_webhook_gets_json(provider):
    deliver(f"json://127.0.0.1:{provider.port}/hooks/abc?+X-Token=header-secret")
    (request,) = provider.requests
    assert (request.path, request.headers["X-Token"]) == ("/hooks/abc", "header-secret")
    assert (request.json["title"], request.json["message"], request.json["type"]) == (
        MESSAGE.title,
        MESSAGE.text,
        "warning",
    )


def test_a_reached_limit_is_marked_as_a_failure(provider):
    deliver(f"json://127.0.0.1:{provider.port}/", Message("t", "x", "x", is_urgent=True))
    assert provider.requests[0].json["type"] == "failure"


def test_redirections_are_not_followed(provider, closed_port):
    provider.headers = {"Location": f"http://127.0.0.1:{provider.port}/elsewhere"}
    provider.answer = lambda _request: (307, b"")
    with pytest.raises(DeliveryError, match="307"):
        deliver(f"json://127.0.0.1:{provider.port}/here")
    assert [request.path for request in provider.requests] == ["/here"]


@pytest.mark.parametrize(
    "url", ["nonsense://x", "slack://bad", "mailto://", "tgram://x", "https://example.com/"]
)
def test_a_url_that_leads_nowhere_is_refused_without_showing_it(url):
    with pytest.raises(ChannelError) as caught:
        sender_to(Channel("ops", url))
    assert "docs/how-to/alerts.md" in str(caught.value)
    assert url not in str(caught.value)


SECRETS = {
    "slack": (SLACK, ["T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"]),
    "teams": (TEAMS, ["643e69f83c8944438d68119179a10a64", "iXvgCmTFQMVfLZHwXpPcz6mSignature"]),
    "telegram": (TELEGRAM, ["123456789", "AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", "12315544"]),
    "ntfy": ("ntfys://user:ntfy-password@ntfy.sh/secret-topic", ["ntfy-password", "secret-topic"]),
    "webhook": (
        "jsons://user:hook-password@ntfy.sh/path-secret?:q=query-secret&+X-Token=header-secret",
        ["hook-password", "path-secret", "query-secret", "header-secret"],
    ),
    "dingtalk": ("dingtalk://SECdead0000@0123456789abcdef", ["SECdead0000", "0123456789abcdef"]),
    "wecom": ("wecombot://693a91f6-7xxx-4bc4", ["693a91f6-7xxx-4bc4"]),
    "feishu": ("feishu://feishu-secret@0a1b2c3d-0000-4000", ["feishu-secret", "0a1b2c3d-0000-4000"]),
    "lark": ("lark://0a1b2c3d-0000-4000", ["0a1b2c3d-0000-4000"]),
}


def outcome(url):
    """What a person would see of a channel: its text, or the error."""
    channel = Channel("ops", url)
    try:
        send(sender_to(channel), channel, MESSAGE)
    except (ChannelError, DeliveryError) as error:
        return (
            f"{channel!r} {channel.masked_url} {error} {error.__cause__} {error.__context__ and type(error)}"
        )
    return f"{channel!r} {channel.masked_url}"


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("how", ["taken", "refused", "broken", "unreachable"])
def test_no_secret_is_logged_or_reported(kind, how, provider, closed_port, monkeypatch, everything_logged):
    url, secrets = SECRETS[kind]
    # What a provider repeats of a request in its refusal is the worst case.
    echo = lambda request: f"{request.path} {request.query} {request.headers}".encode()  # noqa: E731
    answers = {
        "refused": lambda request: (403, echo(request)),
        "broken": lambda request: (200, echo(request)),
    }
    provider.answer = answers.get(how, provider.answer)
    if how == "unreachable":
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    seen = outcome(url) + "\n".join(everything_logged)
    assert [secret for secret in secrets if secret in seen] == []


def test_the_mail_password_is_not_logged_or_reported(mailbox, everything_logged, closed_port):
    url = mail_url(mailbox)
    seen = [outcome(url), outcome(url.replace(str(mailbox.port), str(closed_port)))]
    seen.append(outcome(mail_url(mailbox, "another-password")))
    text = "\n".join([*seen, *everything_logged])
    assert len(mailbox.messages) == 1
    assert "mail-password-1" not in text
    assert "another-password" not in text


def test_log_lines_of_other_packages_are_not_changed(provider, everything_logged):
    deliver("wecombot://693a91f6-7xxx-4bc4")
    logging.getLogger("urllib3.connectionpool").warning("somebody else's")
    assert "urllib3.connectionpool: somebody else's" in everything_logged
