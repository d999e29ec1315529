"""Handoffs by e-mail, webhook and Telegram, each to a real receiver in a process of its own."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot.channels.telegram_api import TelegramApi
from bot.errors import BadSetting, DeliveryFailed
from bot.notifiers.card import (
    CardContacts,
    CardCriterion,
    CardEstimate,
    CardFlag,
    CardJudgement,
    CardReason,
    HandoffCard,
)
from bot.notifiers.email import EmailNotifier, SmtpServer
from bot.notifiers.render import Renderer
from bot.notifiers.telegram import TelegramNotifier
from bot.notifiers.webhook import WebhookNotifier
from bot.pace import Pace, Rate
from bot.tongues import LANGUAGES
from dialogs.errors import BrokenContent
from scoring.estimate import Sanity
from scoring.stages import Stage
from scoring.values import RoleLevel, Temperature, Verdict
from storage.values import OutboxRow, Sending
from tests.emulators.process import Emulator, running
from tests.emulators.telegram_api import TOKEN
from tests.emulators.webhook_receiver import SECRET

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "locales"
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FREE = Rate(every=0.0, burst=1000)
HOSTILE = '<script>alert("1")</script> & <b>bold</b>'

CARD = HandoffCard(
    id="h-1",
    event="handoff.offered",
    conversation="c-1",
    created="2026-03-02T09:00:00Z",
    framework="bant",
    stage="mql",
    temperature="hot",
    total=95,
    maximum=100,
    language="uk",
    channel="web",
    source="spring_ad",
    page="https://northlight.example/crm",
    name="Olena Koval",
    company="Svitlo & Co",
    role="c_level",
    contacts=CardContacts("olena@svitlo.example", "+380 67 123 45 67", "olena_k"),
    criteria=(
        CardCriterion("need", 20, 25, "met", (CardReason(20, "need.0.0", ("потрібна CRM для продажів",)),)),
        CardCriterion("timing", 0, 25, "not_met", (CardReason(0, "t", ("за два тижні",)),), "timing_impossible"),
    ),
    flags=(CardFlag("timing_tight", 0.42, ("за два тижні",)), CardFlag("wants_human", None, ("покличте людину",))),
    estimate=CardEstimate(8200, 14000, 23000, "EUR", 6, 12, 180, 520),
    timing=CardJudgement("tight", 0.42),
    budget=CardJudgement("ok", 1.1),
    unknown=("authority",),
    advice=("deadline_compressed_price_up",),
    transcript_url="https://bot.northlight.example/console/leads/c-1",
    summary="CRM for the sales team",
    files=("ТЗ на CRM.pdf", "prices.xlsx"),
    questions=("Чи підтримуєте ви після запуску?",),
)


def with_hostile_words() -> HandoffCard:
    """A visitor who puts markup into everything they may write."""
    return msgspec.structs.replace(
        CARD,
        name=HOSTILE,
        company="Evil\r\nBcc: everybody@example.com",
        role=HOSTILE,
        summary=f"{HOSTILE}\nsecond line",
        source=HOSTILE,
        page=f"javascript:alert(1)//{HOSTILE}",
        contacts=CardContacts(f"a@b.example{HOSTILE}", HOSTILE, HOSTILE),
        criteria=(
            CardCriterion("need", 5, 25, "partly", (CardReason(5, HOSTILE, (HOSTILE, "\u202ex\x00")),), HOSTILE),
        ),
        flags=(CardFlag(HOSTILE, 0.1, (HOSTILE,)),),
        unknown=(HOSTILE,),
        advice=(HOSTILE,),
        transcript_url="javascript:alert(1)",
        files=(f"{HOSTILE}\r\n.pdf",),
        questions=(HOSTILE,),
    )


def row_of(card: HandoffCard, key: str = "handoff:c-1:x", kind: str = "notify.x") -> OutboxRow:
    payload = msgspec.json.encode(card).decode()
    return OutboxRow("row-1", key, kind, "c-1", 0, payload, Sending.SENDING, 1, CREATED, "", CREATED)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(LOCALES)


# Words


def test_every_language_has_words_for_everything_a_card_may_say() -> None:
    framework = yaml.safe_load((ROOT / "dialogs" / "frameworks" / "bant.yaml").read_text(encoding="utf-8"))
    wanted = {
        *(f"advice.{rule['id']}" for rule in framework["advice"]),
        *(f"criterion.{name}" for name in framework["criteria"]),
        *(f"flag.{name}" for name in framework["stages"]["disqualified_by"]),
        *(f"flag.{name}" for criterion in framework["criteria"].values() for name in criterion.get("unless", ())),
        *(f"flag.{axis}_{sanity}" for axis in ("timing", "budget") for sanity in Sanity if sanity is not Sanity.OK),
        *(f"{axis}.{sanity}" for axis in ("timing", "budget") for sanity in Sanity),
        *("budget.ample", "budget.far_above"),
        *(f"stage.{stage}" for stage in Stage),
        *(f"temperature.{temperature}" for temperature in Temperature),
        *(f"verdict.{verdict}" for verdict in Verdict),
        *(f"role.{level}" for level in RoleLevel),
        *(f"language.{language}" for language in LANGUAGES),
    }
    for language in LANGUAGES:
        words = json.loads((LOCALES / language / "handoff.json").read_text(encoding="utf-8"))
        assert wanted - words.keys() == set(), language


def test_missing_and_broken_words_are_named_together(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        (tmp_path / language / "handoff.json").write_text('{"a": "A", "b": "B"}', encoding="utf-8")
    (tmp_path / "pl" / "handoff.json").write_text('{"a": "A"}', encoding="utf-8")
    (tmp_path / "uk" / "handoff.json").write_text('{"a": "{{ broken"}', encoding="utf-8")
    (tmp_path / "ru" / "handoff.json").unlink()
    with pytest.raises(BrokenContent) as broken:
        Renderer(tmp_path)
    assert {Path(problem.file).parent.name for problem in broken.value.problems} == {"pl", "uk", "ru"}
    assert "b: this text is missing" in str(broken.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_it_all_in_each_language(renderer: Renderer, language: str) -> None:
    words = json.loads((LOCALES / language / "handoff.json").read_text(encoding="utf-8"))
    mail = renderer.email(CARD, language)
    telegram = renderer.telegram(CARD, language)
    for said in (
        "Olena Koval",
        "olena@svitlo.example",
        "20/25",
        "потрібна CRM для продажів",
        "за два тижні",
        "42",
        "покличте людину",
        words["advice.deadline_compressed_price_up"],
        words["criterion.authority"],
        words["flag.wants_human"],
        words["flag.timing_impossible"],
        words["stage.mql"],
        words["label.files"],
        words["label.questions"],
        "ТЗ на CRM.pdf",
        "prices.xlsx",
        "Чи підтримуєте ви після запуску?",
        "6–12",
        "EUR",
        CARD.transcript_url,
    ):
        assert said.lower() in mail.text.lower()
        assert said in telegram
        assert said in re.sub(r"<span[^>]*>", "", mail.html), said
    assert "95" in mail.subject
    assert "Olena Koval" in mail.subject
    assert 'lang="' + language in mail.html


def test_an_empty_card_is_readable(renderer: Renderer) -> None:
    """A visitor may be handed over before we know anything: they asked for a person."""
    bare = HandoffCard(
        "h", "lead.updated", "c", "2026-03-02T09:00:00Z", "bant", "contact_us", "cold", 0, 0, "en", "web"
    )
    mail = renderer.email(bare, "en")
    assert "has not given a name yet" in mail.subject
    assert "None" not in mail.text + mail.html + renderer.telegram(bare, "en")


def test_a_flag_is_told_once(renderer: Renderer) -> None:
    """By the judgement when there is one, by itself when there is none."""
    words = json.loads((LOCALES / "en" / "handoff.json").read_text(encoding="utf-8"))["flag.timing_tight"]
    assert words not in renderer.email(CARD, "en").text
    assert words in renderer.email(msgspec.structs.replace(CARD, timing=None), "en").text


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.1, "110%"),
        (1.5, "well above the estimate"),
        (3.0, "well above the estimate"),
        (14.29, "far above the estimate: ask what else"),
    ],
)
def test_a_budget_far_above_the_price_is_not_a_percentage(renderer: Renderer, ratio: float, said: str) -> None:
    card = msgspec.structs.replace(CARD, budget=CardJudgement("ok", ratio))
    text = renderer.telegram(card, "en")
    assert said in text
    assert "1,429%" not in text


def test_a_share_is_rounded_as_the_console_rounds_it(renderer: Renderer) -> None:
    card = msgspec.structs.replace(CARD, timing=CardJudgement("tight", 0.545))
    assert "55%" in renderer.telegram(card, "en")


def test_many_files_and_questions_leave_room_for_the_rest(renderer: Renderer) -> None:
    many = tuple(f"{n} {'long ' * 100}" for n in range(40))
    text = renderer.telegram(msgspec.structs.replace(CARD, files=many, questions=many), "en")
    assert "…" in text
    assert "за два тижні" in text
    assert text.endswith(CARD.transcript_url)


def test_the_webhook_carries_files_and_questions_as_lists() -> None:
    plain = msgspec.to_builtins(CARD)
    assert plain["files"] == ("ТЗ на CRM.pdf", "prices.xlsx")
    assert plain["questions"] == ("Чи підтримуєте ви після запуску?",)


def test_a_lead_without_a_name_is_called_by_what_we_can_write_to(renderer: Renderer) -> None:
    card = msgspec.structs.replace(CARD, name="", company="", role="", contacts=CardContacts(telegram="olena_k"))
    assert renderer.email(card, "en").subject.endswith(": @olena_k")


def test_an_unknown_language_of_the_team_falls_back(renderer: Renderer) -> None:
    assert renderer.email(CARD, "nl") == renderer.email(CARD, "en")


def test_nothing_a_visitor_wrote_becomes_markup(renderer: Renderer) -> None:
    mail = renderer.email(with_hostile_words(), "en")
    telegram = renderer.telegram(with_hostile_words(), "en")
    for markup in (mail.html, telegram):
        assert "<script" not in markup
        assert "<b>bold" not in markup
        assert "&lt;b&gt;bold&lt;/b&gt;" in markup
    assert 'href="javascript' not in mail.html
    assert "\n" not in mail.subject + "".join(re.findall(r"[\r\x00\u202e]", mail.text + mail.html + telegram))


def test_a_card_too_long_for_telegram_loses_its_tail_and_keeps_its_link(renderer: Renderer) -> None:
    criteria = tuple(
        CardCriterion(f"c{n}", 1, 2, "met", (CardReason(1, "r", (f"{n} 🙂 & " * 40,)),)) for n in range(40)
    )
    text = renderer.telegram(msgspec.structs.replace(CARD, criteria=criteria), "uk")
    assert 3000 < len(text.encode("utf-16-le")) // 2 <= 4096
    assert text.endswith(CARD.transcript_url)
    assert "Olena Koval" in text
    assert text.count("<b>") == text.count("</b>")


# E-mail


@pytest.fixture(scope="module")
def sink_ports() -> Iterator[tuple[int, int]]:
    with running("smtp_sink.py", "--user", "bot@northlight.example", "--password", "p@ss/word") as (mail, control):
        yield mail, control


@pytest.fixture
async def sink(sink_ports: tuple[int, int]) -> AsyncIterator[Emulator]:
    emulator = Emulator(sink_ports[1])
    await emulator.control("reset")
    yield emulator
    await emulator.close()


def mailer(
    port: int, renderer: Renderer, to: str = "sales@northlight.example", password: str = "p%40ss%2Fword"
) -> EmailNotifier:
    server = SmtpServer.from_url(f"smtp://bot%40northlight.example:{password}@127.0.0.1:{port}")
    return EmailNotifier(server, to, renderer, language=lambda: "uk", clock=now, timeout=5)


def parsed(mail: dict[str, Any]) -> EmailMessage:
    message = message_from_string(mail["raw"], policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_mail_arrives_whole(sink: Emulator, sink_ports: tuple[int, int], renderer: Renderer) -> None:
    await mailer(sink_ports[0], renderer, "Anna <anna@northlight.example>, oleh@northlight.example").send(row_of(CARD))
    (mail,) = await sink.seen("mails", at_least=1)
    message = parsed(mail)
    rendered = renderer.email(CARD, "uk")
    assert mail["signed_in"] is True
    assert mail["to"] == ["anna@northlight.example", "oleh@northlight.example"]
    assert (message["subject"], message["from"]) == (rendered.subject, "bot@northlight.example")
    assert message["auto-submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == rendered.text.split()
    assert html.get_content().split() == rendered.html.split()


async def test_a_repeated_mail_is_the_same_message_and_an_update_is_another_in_the_same_thread(
    sink: Emulator, sink_ports: tuple[int, int], renderer: Renderer
) -> None:
    notifier = mailer(sink_ports[0], renderer)
    for key in ("handoff:c-1:email", "handoff:c-1:email", "updated:5:c-1:email"):
        await notifier.send(row_of(CARD, key))
    mails = [parsed(mail) for mail in await sink.seen("mails", at_least=3)]
    first, again, update = [mail["message-id"] for mail in mails]
    assert first == again != update
    assert len({mail["references"] for mail in mails}) == 1


async def test_a_visitor_cannot_write_headers(sink: Emulator, sink_ports: tuple[int, int], renderer: Renderer) -> None:
    await mailer(sink_ports[0], renderer).send(row_of(with_hostile_words()))
    (mail,) = await sink.seen("mails", at_least=1)
    assert mail["to"] == ["sales@northlight.example"]
    assert parsed(mail)["bcc"] is None
    assert "Bcc: everybody" in parsed(mail)["subject"]


@pytest.mark.parametrize(
    ("at", "code", "permanent"), [("data", 451, False), ("data", 554, True), ("rcpt", 450, False), ("rcpt", 550, True)]
)
async def test_what_the_mail_server_says_decides_whether_to_try_again(
    sink: Emulator, sink_ports: tuple[int, int], renderer: Renderer, *, at: str, code: int, permanent: bool
) -> None:
    await sink.control("fault", at=at, code=code)
    with pytest.raises(DeliveryFailed, match=str(code)) as failed:
        await mailer(sink_ports[0], renderer).send(row_of(CARD))
    assert failed.value.permanent is permanent
    assert await sink.seen("mails") == []


async def test_a_wrong_password_names_the_setting_and_not_the_password(
    sink: Emulator, sink_ports: tuple[int, int], renderer: Renderer
) -> None:
    with pytest.raises(DeliveryFailed, match="BANTER_SMTP_URL") as failed:
        await mailer(sink_ports[0], renderer, password="letmein").send(row_of(CARD))
    assert (failed.value.permanent, "letmein" in str(failed.value)) == (False, False)


async def test_no_mail_server_is_tried_again(renderer: Renderer) -> None:
    with pytest.raises(DeliveryFailed, match="no mail server answered") as failed:
        await mailer(9, renderer).send(row_of(CARD))
    assert (failed.value.permanent, failed.value.uncertain) == (False, False)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "start_tls", "sender"),
    [
        ("smtp://u%40x.example:p@mail.x.example", "mail.x.example", 587, False, True, "u@x.example"),
        ("smtps://u%40x.example:p@mail.x.example:4465", "mail.x.example", 4465, True, False, "u@x.example"),
        ("smtp://localhost:2525", "localhost", 2525, False, None, ""),
        ("smtp://apikey:p@smtp.relay.example", "smtp.relay.example", 587, False, True, ""),
        (
            "smtp://key:p@relay.example?from=Bot%20%3Cbot@x.example%3E",
            "relay.example",
            587,
            False,
            True,
            "Bot <bot@x.example>",
        ),
    ],
)
def test_a_mail_url_is_read(url: str, *, host: str, port: int, tls: bool, start_tls: bool | None, sender: str) -> None:
    server = SmtpServer.from_url(url)
    assert (server.host, server.port, server.tls_from_start) == (host, port, tls)
    assert (server.start_tls, server.sender) == (start_tls, sender)
    assert "'p'" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "http://u:letmein@mail.example",
        "smtp://u:letmein@",
        "smtp://u:letmein@h:port",
        "smtp://u:letmein@h?from=nobody",
        "smtp://u:letmein@h?from=",
    ],
)
def test_a_wrong_mail_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting, match="BANTER_SMTP_URL: expected") as bad:
        SmtpServer.from_url(url)
    assert "letmein" not in str(bad.value)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://127.0.0.1:2525", "banter@northlight.example"),
        ("smtp://apikey:p@smtp.relay.example", "banter@northlight.example"),
        ("smtp://bot%40own.example:p@smtp.relay.example", "bot@own.example"),
        ("smtp://bot%40own.example:p@smtp.relay.example?from=crm%40x.example", "crm@x.example"),
    ],
)
def test_mail_comes_from_an_address_its_readers_know(renderer: Renderer, url: str, sender: str) -> None:
    to = "Sales <sales@northlight.example>, boss@other.example"
    notifier = EmailNotifier(SmtpServer.from_url(url), to, renderer, language=lambda: "en", clock=now)
    message = notifier.compose(row_of(CARD))
    assert message["from"] == sender
    assert message["message-id"].endswith(f"@{sender.partition('@')[2]}>")


@pytest.mark.parametrize("to", ["", "nobody", "a@b.example, nobody"])
def test_a_wrong_sales_address_is_told(renderer: Renderer, to: str) -> None:
    with pytest.raises(BadSetting, match="BANTER_SALES_EMAIL"):
        mailer(25, renderer, to)


# Webhook


@pytest.fixture(scope="module")
def receiver_port() -> Iterator[int]:
    with running("webhook_receiver.py") as (port,):
        yield port


@pytest.fixture
async def receiver(receiver_port: int) -> AsyncIterator[Emulator]:
    emulator = Emulator(receiver_port)
    await emulator.control("reset")
    yield emulator
    await emulator.close()


@pytest.fixture
async def webhook(receiver: Emulator) -> AsyncIterator[WebhookNotifier]:
    notifier = WebhookNotifier(f"{receiver.url}/hook", SECRET, clock=now)
    yield notifier
    await notifier.close()


async def test_a_webhook_is_signed_and_carries_the_card(receiver: Emulator, webhook: WebhookNotifier) -> None:
    await webhook.send(row_of(with_hostile_words(), "handoff:c-1:webhook"))
    (got,) = await receiver.seen("received", at_least=1)
    assert got["problem"] == ""
    assert got["headers"]["webhook-id"] == CARD.id  # the same as every other notifier's, and without a full stop
    assert got["body"] == {
        "type": "handoff.offered",
        "timestamp": "2026-03-02T09:00:00Z",
        "data": json.loads(msgspec.json.encode(with_hostile_words())),
    }


async def test_a_repeated_webhook_has_the_same_id_and_body(receiver: Emulator, webhook: WebhookNotifier) -> None:
    await receiver.control("fault", do="cut_after")
    with pytest.raises(DeliveryFailed) as failed:
        await webhook.send(row_of(CARD))
    assert failed.value.uncertain
    await webhook.send(row_of(CARD))
    first, again = await receiver.seen("received", at_least=2)
    assert first["raw"] == again["raw"]
    assert first["headers"]["webhook-id"] == again["headers"]["webhook-id"]


async def test_a_receiver_with_another_secret_refuses(receiver: Emulator) -> None:
    notifier = WebhookNotifier(f"{receiver.url}/hook", "whsec_" + "B" * 44, clock=now)
    with pytest.raises(DeliveryFailed, match="401"):
        await notifier.send(row_of(CARD))
    await notifier.close()


@pytest.mark.parametrize(
    ("fault", "permanent", "retry_after"),
    [
        ({"status": 410}, True, None),
        ({"status": 400}, False, None),
        ({"status": 500}, False, None),
        ({"status": 503, "retry_after": "30"}, False, 30.0),
        ({"status": 429, "retry_after": "999999"}, False, 3600.0),
        ({"status": 429, "retry_after": "soon"}, False, None),
        ({"status": 302, "location": "/control/reset"}, False, None),
    ],
)
async def test_what_the_receiver_answers_decides(
    receiver: Emulator, webhook: WebhookNotifier, fault: dict[str, Any], permanent: bool, retry_after: float | None
) -> None:
    await receiver.control("fault", do="status", **fault)
    with pytest.raises(DeliveryFailed, match=str(fault["status"])) as failed:
        await webhook.send(row_of(CARD))
    assert (failed.value.permanent, failed.value.retry_after) == (permanent, retry_after)
    assert len(await receiver.seen("received")) == 1, "a redirect is not followed"


async def test_a_date_says_when_too(receiver: Emulator, webhook: WebhookNotifier) -> None:
    later = (now() + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    await receiver.control("fault", do="status", status=503, retry_after=later)
    with pytest.raises(DeliveryFailed) as failed:
        await webhook.send(row_of(CARD))
    assert failed.value.retry_after == pytest.approx(90, abs=5)


async def test_a_receiver_that_never_answers_is_left(
    receiver: Emulator, webhook: WebhookNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.notifiers.webhook.WEBHOOK_SECONDS", 0.2)
    await receiver.control("fault", do="hang", status=200)
    async with asyncio.timeout(5):
        with pytest.raises(DeliveryFailed, match="did not answer"):
            await webhook.send(row_of(CARD))


@pytest.mark.parametrize(
    ("url", "secret", "setting"),
    [
        ("ftp://x.example", SECRET, "BANTER_WEBHOOK_URL"),
        ("hooks.example/banter", SECRET, "BANTER_WEBHOOK_URL"),
        ("https://x.example", "", "BANTER_WEBHOOK_SECRET"),
        ("https://x.example", "whsec_", "BANTER_WEBHOOK_SECRET"),
        ("https://x.example", "whsec_c2hvcnQ=", "BANTER_WEBHOOK_SECRET"),
        ("https://x.example", "hunter2hunter2hunter2hunter2hunter2", "BANTER_WEBHOOK_SECRET"),
    ],
)
def test_wrong_webhook_settings_are_told_at_the_start(url: str, secret: str, setting: str) -> None:
    with pytest.raises(BadSetting, match=setting) as bad:
        WebhookNotifier(url, secret, clock=now)
    key = secret.removeprefix("whsec_")
    assert key == "" or key not in str(bad.value)


# Telegram


@pytest.fixture(scope="module")
def telegram_port() -> Iterator[int]:
    with running("telegram_api.py") as (port,):
        yield port


@pytest.fixture
async def telegram(telegram_port: int) -> AsyncIterator[Emulator]:
    emulator = Emulator(telegram_port)
    await emulator.control("reset")
    await emulator.control("message", chat=-100500, type="supergroup", text="we are sales")
    yield emulator
    await emulator.close()


@pytest.fixture
async def api(telegram: Emulator) -> AsyncIterator[TelegramApi]:
    line = TelegramApi(TOKEN, telegram.url)
    yield line
    await line.close()


def poster(api: TelegramApi, renderer: Renderer, chat: str = "-100500") -> TelegramNotifier:
    return TelegramNotifier(api, Pace(everywhere=FREE, chat=FREE, group=FREE), chat, renderer, language=lambda: "pl")


@pytest.mark.parametrize("card", [CARD, with_hostile_words()])
async def test_telegram_understands_the_markup(
    telegram: Emulator, api: TelegramApi, renderer: Renderer, card: HandoffCard
) -> None:
    """The twin refuses unbalanced and unknown tags, as Telegram does."""
    await poster(api, renderer).send(row_of(card))
    (sent,) = await telegram.seen("sent", method="sendMessage")
    assert sent["parse_mode"] == "HTML"
    assert "95 z 100" in sent["result"]["text"]


async def test_a_group_that_became_a_supergroup_is_followed(
    telegram: Emulator, api: TelegramApi, renderer: Renderer
) -> None:
    await telegram.control("fault", method="sendMessage", do="status", status=400, migrate_to=-100500)
    notifier = poster(api, renderer, chat="-500")
    await notifier.send(row_of(CARD))
    (sent,) = await telegram.seen("sent", method="sendMessage")
    assert sent["chat_id"] == "-100500"


async def test_a_sales_chat_nobody_knows_is_dead_at_once(
    telegram: Emulator, api: TelegramApi, renderer: Renderer
) -> None:
    with pytest.raises(DeliveryFailed, match="chat not found") as failed:
        await poster(api, renderer, chat="-1").send(row_of(CARD))
    assert failed.value.permanent


@pytest.mark.parametrize("payload", ["", "{}", "[]", '{"id": 5}', CARD.id])
async def test_a_payload_that_is_no_card_is_dead_at_once(api: TelegramApi, renderer: Renderer, payload: str) -> None:
    broken = OutboxRow("r", "k", "notify.telegram", "c", 0, payload, Sending.SENDING, 1, CREATED, "", CREATED)
    with pytest.raises(DeliveryFailed, match="not a handoff card") as failed:
        await poster(api, renderer).send(broken)
    assert failed.value.permanent
