"""Settings: what is read, what is refused and what never shows."""

import pytest

from bot.errors import BadSetting
from bot.settings import ROWS, Settings


def test_without_any_setting_everything_has_a_default() -> None:
    settings = Settings.from_environ({"PATH": "/bin", "HOME": "/root"})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert (settings.allowed_origins, settings.telegram_mode, settings.telegram_token) == (("*",), "polling", "")


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"BANTER_PORT": " 9000 "}, "port", 9000),
        ({"BANTER_PORT": ""}, "port", 8080),
        ({"BANTER_PORT": "0"}, "port", 0),
        ({"BANTER_ALLOWED_ORIGINS": "https://a.example  https://b.example"}, "allowed_origins", ("https://a.example", "https://b.example")),
        ({"BANTER_PUBLIC_URL": "https://chat.example/"}, "public_url", "https://chat.example"),
        ({"BANTER_ALLOWED_ORIGINS": "https://A.example/"}, "allowed_origins", ("https://a.example",)),
        ({"BANTER_ALLOWED_ORIGINS": "https://*.b.example:8443"}, "allowed_origins", ("https://*.b.example:8443",)),
        ({"BANTER_PUBLIC_URL": "https://example.com:8443/chat/"}, "public_url", "https://example.com:8443/chat"),
        ({"BANTER_HOST": "::1", "BANTER_PORT": "81"}, "public_url", "http://[::1]:81"),
        ({"BANTER_SALES_TELEGRAM_CHAT": "-100123", "BANTER_TELEGRAM_TOKEN": "1:a"}, "sales_telegram_chat", "-100123"),
        ({"BANTER_HOST": "0.0.0.0", "BANTER_PORT": "81"}, "public_url", "http://127.0.0.1:81"),
        ({"BANTER_WORKSPACE": "mine"}, "workspace", "mine"),
        ({"BANTER_LOG_LEVEL": "debug"}, "log_level", "debug"),
    ],
)  # fmt: skip
def test_a_setting_is_read(environ: dict[str, str], name: str, value: object) -> None:
    assert value == getattr(Settings.from_environ(environ), name)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"BANTER_PROT": "1"}, "unknown setting BANTER_PROT: did you mean BANTER_PORT?"),
        ({"BANTER_TELEGRAM_TOKN": "1"}, "did you mean BANTER_TELEGRAM_TOKEN?"),
        ({"BANTER_XYZZY_QWERTY_UIOP": "1"}, "unknown setting BANTER_XYZZY_QWERTY_UIOP"),
        ({"BANTER_PORT": "http"}, "BANTER_PORT: expected a number from 0 to 65535, found 'http'"),
        ({"BANTER_PORT": "65536"}, "expected a number from 0 to 65535"),
        ({"BANTER_PORT": "-1"}, "expected a number from 0 to 65535"),
        ({"BANTER_PORT": "٨٠"}, "expected a number from 0 to 65535"),
        ({"BANTER_PORT": "9" * 5000}, "expected a number from 0 to 65535"),
        ({"BANTER_LOG_LEVEL": "loud"}, "BANTER_LOG_LEVEL: expected debug or info or warning or error, found 'loud'"),
        ({"BANTER_TELEGRAM_MODE": "push"}, "expected polling or webhook, found 'push'"),
        ({"BANTER_SALES_EMAIL": "a@b.co"}, "BANTER_SALES_EMAIL is set but BANTER_SMTP_URL is not"),
        ({"BANTER_WEBHOOK_URL": "https://x.example"}, "BANTER_WEBHOOK_URL is set but BANTER_WEBHOOK_SECRET is not"),
        ({"BANTER_SALES_TELEGRAM_CHAT": "1"}, "BANTER_SALES_TELEGRAM_CHAT is set but BANTER_TELEGRAM_TOKEN is not"),
        ({"BANTER_BUS_URL": "nats://bus"}, "BANTER_BUS_URL: this version runs in one process"),
        ({"BANTER_TELEGRAM_MODE": "webhook"}, "BANTER_TELEGRAM_MODE=webhook is set but BANTER_TELEGRAM_SECRET is not"),
    ],
)
def test_a_slip_is_refused_and_said_so_that_it_can_be_mended(environ: dict[str, str], message: str) -> None:
    with pytest.raises(BadSetting) as raised:
        Settings.from_environ(environ)
    assert message in str(raised.value)


@pytest.mark.parametrize("name", ["BANTER_FOO", "BANTER_BAR", "BANTER_LANG", "BANTER_FRAMEWORK", "BANTER_"])
def test_no_name_is_near_for_the_prefix_all_share(name: str) -> None:
    """What only begins like the others is no slip of any of them."""
    with pytest.raises(BadSetting) as raised:
        Settings.from_environ({name: "1"})
    assert f"unknown setting {name}: the README lists those there are." == str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("BANTER_PUBLIC_URL", "BANTER_TELEGRAM_API", "BANTER_ALLOWED_ORIGINS")
            for value in ("chat.example.com", "ftp://x.example", "http://", "http://x:99999", "javascript:alert(1)")
        ),
        ("BANTER_PUBLIC_URL", "https://chat.example/?a=1"),
        ("BANTER_PUBLIC_URL", "https://chat example"),
        ("BANTER_ALLOWED_ORIGINS", "https://a.example,https://b.example"),
        ("BANTER_ALLOWED_ORIGINS", "https://a.example/shop"),
        ("BANTER_SALES_TELEGRAM_CHAT", "Sales team"),
        ("BANTER_TELEGRAM_TOKEN", "1:a/../b"),
    ],
)
def test_an_address_that_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: expected .* like ") as raised:
        Settings.from_environ({"BANTER_TELEGRAM_TOKEN": "1:a", name: value})
    assert ("found" in str(raised.value)) is (name != "BANTER_TELEGRAM_TOKEN"), "a token is a secret"
    assert "1:a/" not in str(raised.value)


@pytest.mark.parametrize("name", ["BANTER_PUBLIC_URL", "BANTER_TELEGRAM_API", "BANTER_ALLOWED_ORIGINS"])
def test_a_password_in_a_refused_address_does_not_show(name: str) -> None:
    with pytest.raises(BadSetting, match="a name or a password") as raised:
        Settings.from_environ({name: "https://me:hidden@chat.example"})
    assert "hidden" not in str(raised.value)


def test_any_free_port_shows_as_the_one_that_was_had() -> None:
    settings = Settings.from_environ({"BANTER_PORT": "0"}).on_port(4321)
    assert (settings.port, settings.public_url) == (4321, "http://127.0.0.1:4321")
    told = Settings.from_environ({"BANTER_PORT": "0", "BANTER_PUBLIC_URL": "https://chat.example"}).on_port(4321)
    assert told.public_url == "https://chat.example"


def test_secrets_do_not_show() -> None:
    secret = {row.name: f"hidden-{row.name.lower()}" for row in ROWS if row.secret}
    settings = Settings.from_environ(secret)
    assert len(secret) == 5
    assert "hidden" not in repr(settings)
    assert settings.telegram_token == "hidden-banter_telegram_token"


def test_a_refused_value_is_not_a_secret() -> None:
    assert not any(row.secret and row.choices for row in ROWS)


def test_every_row_has_a_name_of_ours_and_a_line_of_help() -> None:
    assert all(row.name.startswith("BANTER_") and row.help.endswith(".") for row in ROWS)
    assert len({row.name for row in ROWS}) == len(ROWS)
