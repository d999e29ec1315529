"""The main job, whole: a stranger says hello, on the web or in Telegram, and sales get the lead by every line."""

import html
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx2
import pytest
import yaml

from tests.emulators.process import running
from tests.emulators.telegram_api import TOKEN
from tests.emulators.webhook_receiver import SECRET
from tests.product import ROOT, Product, until

LANGUAGES = ("en", "pl", "ru", "uk")
SALES_CHAT = 4242
TELEGRAM_SECRET = "telegram-shows_this"
NEW_LEAD = json.loads((ROOT / "locales" / "en" / "handoff.json").read_text("utf-8"))["heading.handoff.offered"]
# What a visitor of Telegram presses, by question; what they write where a button would say too little.
PRESSES = {
    "need.what": "ecommerce",
    "spec.has": "none",
    "budget.expectation": "fine",
    "authority.role": "owner",
    "timing.deadline": "quarter",
    "timing.reason": "nothing",
    "contact.how": "stay_here",
}
WRITES = {"need.detail": "Зараз губимо замовлення з телефону, потрібна оплата карткою"}


def lines(journey: str) -> list[str]:
    """What the visitor of a journey says."""
    script = yaml.safe_load((ROOT / "tests" / "journeys" / f"{journey}.yaml").read_text("utf-8"))
    return [turn["says"] for turn in script["turns"]]


@dataclass
class Telegram:
    """The Bot API as an emulator plays it, and its visitors."""

    port: int
    client: httpx2.Client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def order(self, name: str, /, **fields: object) -> dict[str, Any]:
        response = self.client.post(f"{self.url}/control/{name}", json=fields)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def seen(self, name: str, method: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.client.get(f"{self.url}/control/{name}", params={"method": method}).json()
        return rows

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """What the bot sent to a chat, oldest first."""
        return [row for row in self.seen("sent", "sendMessage") if int(row["chat_id"]) == chat]


@dataclass
class Guest:
    """Somebody who writes to the bot in Telegram."""

    telegram: Telegram
    chat: int
    who: dict[str, str]
    read: int = 0  # messages of the bot seen so far

    def say(self, text: str) -> int:
        """Write; the number of the update."""
        return int(self.telegram.order("message", chat=self.chat, text=text, **self.who)["update_id"])

    def tap(self, message: dict[str, Any], data: str) -> int:
        """Press a button under a message; the number of the update."""
        order = {"chat": self.chat, "message_id": message["result"]["message_id"], "data": data}
        return int(self.telegram.order("tap", **order, **self.who)["update_id"])

    def hear(self, *, buttons: bool | None = None) -> dict[str, Any]:
        """The newest message, once there is a new one, with or without buttons if that matters."""

        def fresh() -> dict[str, Any] | None:
            new = self.telegram.messages(self.chat)[self.read :]
            fit = [row for row in new if buttons is None or bool(keyboard(row)) is buttons]
            return fit[-1] if fit else None

        found: dict[str, Any] = until(fresh)
        self.read = len(self.telegram.messages(self.chat))
        return found


def keyboard(message: dict[str, Any]) -> list[str]:
    """Callback data of the buttons under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


@dataclass
class House:
    """The product with all its lines to the outside."""

    product: Product
    client: httpx2.Client
    console: httpx2.Client
    telegram: Telegram
    hook: str
    mail: str

    def cards(self, conversation: str, event: str = "handoff.offered") -> list[dict[str, Any]]:
        """Signed cards about a lead that the webhook got."""
        received = self.client.get(f"{self.hook}/control/received").json()
        assert [row["problem"] for row in received if row["problem"]] == []
        return [
            row["body"]["data"]
            for row in received
            if row["body"]["type"] == event and row["body"]["data"]["conversation"] == conversation
        ]

    def mails(self, conversation: str) -> list[EmailMessage]:
        """New leads by mail about this conversation."""
        raw = [mail["raw"] for mail in self.client.get(f"{self.mail}/control/mails").json()]
        mails = [message_from_string(text, policy=default) for text in raw]
        return [mail for mail in mails if conversation in text_of(mail, "plain") and NEW_LEAD in mail["subject"]]

    def posts(self, conversation: str) -> list[str]:
        """New leads in the sales chat about this conversation."""
        texts = [row["text"] for row in self.telegram.messages(SALES_CHAT)]
        return [text for text in texts if conversation in text and NEW_LEAD in text]

    def page(self, conversation: str) -> str:
        """The lead in the console."""
        response = self.console.get(f"/console/leads/{conversation}")
        assert response.status_code == 200, response.text
        return response.text


def text_of(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def bubbles(page: str) -> list[tuple[str, str]]:
    """Who said what on a lead's page, in order."""
    found = re.findall(r'<li class="(\w+)"[^>]*>(?:(?!<li).)*?<p class="said[^"]*"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [(who, html.unescape(re.sub(r"<[^>]+>", "", said))) for who, said in found]


def quotes_of(card: dict[str, Any]) -> list[str]:
    return [quote for row in card["criteria"] for reason in row["reasons"] for quote in reason["quotes"]]


def first_quotes(card: dict[str, Any]) -> list[str]:
    """What a card for reading has room for in any case."""
    return [row["reasons"][0]["quotes"][0] for row in card["criteria"] if row["reasons"]]


@dataclass
class Lead:
    """Somebody who went the whole way."""

    conversation: str
    language: str
    channel: str
    said: Sequence[str]


@contextmanager
def outside() -> Iterator[tuple[httpx2.Client, Telegram, int, tuple[int, int]]]:
    with ExitStack() as stack:
        client = stack.enter_context(httpx2.Client(timeout=30))
        (hook,) = stack.enter_context(running("webhook_receiver.py", "--secret", SECRET))
        mail, mail_control = stack.enter_context(running("smtp_sink.py"))
        (telegram,) = stack.enter_context(running("telegram_api.py"))
        yield client, Telegram(telegram, client), hook, (mail, mail_control)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with outside() as (client, telegram, hook, (mail, mail_control)):
        product = Product(
            tmp_path_factory.mktemp("house"),
            BANTER_SMTP_URL=f"smtp://127.0.0.1:{mail}",
            BANTER_SALES_EMAIL="Sales <sales@northlight.example>",
            BANTER_WEBHOOK_URL=f"http://127.0.0.1:{hook}/hook",
            BANTER_WEBHOOK_SECRET=SECRET,
            BANTER_TELEGRAM_TOKEN=TOKEN,
            BANTER_TELEGRAM_API=telegram.url,
            BANTER_SALES_TELEGRAM_CHAT=str(SALES_CHAT),
        )
        telegram.order("message", chat=SALES_CHAT, text="/start", name="Anna")  # a bot may not write first
        product.start()
        try:
            until(lambda: telegram.messages(SALES_CHAT))
            with product.sign_in() as console:
                where = (f"http://127.0.0.1:{hook}", f"http://127.0.0.1:{mail_control}")
                yield House(product, client, console, telegram, *where)
        finally:
            product.stop(seconds=5)  # a poll of Telegram that waits holds nobody up
        assert "Traceback" not in product.said()


def on_the_web(house: House, language: str) -> Lead:
    chat = house.product.open(house.client, language=language, source="spring ad", page="https://shop.example/crm")
    said = lines(f"{language}_step_by_step")
    for line in said:
        response = chat.send(str(uuid.uuid4()), text=line)
        assert response.status_code == 200, response.text
        assert all(reply["text"].strip() for reply in response.json()["replies"])
    assert chat.said() == said
    return Lead(chat.id, language, "web", said)


def conversation_of(house: House, first_words: str) -> str:
    """The lead in the console whose visitor said this."""
    for conversation in re.findall(r'href="/console/leads/([^"?#]+)"', house.console.get("/console").text):
        if ("visitor", first_words) in bubbles(house.page(conversation)):
            return str(conversation)
    raise AssertionError(f"nobody in the console said {first_words!r}")


def in_telegram(house: House) -> tuple[Lead, Guest]:
    guest = Guest(house.telegram, 77, {"name": "Olena", "language": "uk"})
    guest.say("/start")
    said: list[str] = []
    for _ in range(9):
        asked = guest.hear(buttons=None if said and "contact" in said[-1] else True)
        if not keyboard(asked):
            break
        question = keyboard(asked)[0].split(":")[1]
        if question in WRITES:
            guest.say(WRITES[question])
            said.append(WRITES[question])
        else:
            data = next(data for data in keyboard(asked) if data.endswith(f":{question}:{PRESSES[question]}"))
            guest.tap(asked, data)
            said.append(data)
    return Lead(conversation_of(house, WRITES["need.detail"]), "uk", "telegram", said), guest


@pytest.fixture(scope="module")
def leads(house: House) -> dict[str, Lead]:
    """One on the web in each language, all at once, and one in Telegram."""
    with ThreadPoolExecutor(len(LANGUAGES)) as threads:
        return dict(zip(LANGUAGES, threads.map(lambda language: on_the_web(house, language), LANGUAGES), strict=True))


@pytest.fixture(scope="module")
def olena(house: House, leads: dict[str, Lead]) -> tuple[Lead, Guest]:
    return in_telegram(house)


# The web visitors


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_notifier_gets_one_new_lead(house: House, leads: dict[str, Lead], language: str) -> None:
    lead = leads[language]
    for told in (house.cards, house.mails, house.posts):
        assert len(until(lambda told=told: told(lead.conversation), 45)) == 1  # type: ignore[misc]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_webhook_gets_the_score_with_the_visitors_own_words(
    house: House, leads: dict[str, Lead], language: str
) -> None:
    lead = leads[language]
    (card,) = until(lambda: house.cards(lead.conversation))
    assert (card["language"], card["channel"], card["framework"]) == (language, "web", "bant")
    assert (card["source"], card["page"]) == ("spring ad", "https://shop.example/crm")
    assert card["stage"] in ("mql", "sql")
    assert card["total"] == sum(row["points"] for row in card["criteria"])
    assert card["maximum"] == 100
    assert card["transcript_url"] == f"{house.product.url}/console/leads/{lead.conversation}"
    for row in card["criteria"]:
        assert sum(reason["points"] for reason in row["reasons"]) == row["points"]
        for reason in row["reasons"]:
            assert reason["quotes"], "no points without words"
            assert all(any(quote in line for line in lead.said) for quote in reason["quotes"])
    assert card["estimate"]["low"] < card["estimate"]["likely"] < card["estimate"]["high"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_says_it_in_text_and_html(house: House, leads: dict[str, Lead], language: str) -> None:
    lead = leads[language]
    (card,) = until(lambda: house.cards(lead.conversation))
    (mail,) = until(lambda: house.mails(lead.conversation))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert f"{card['total']}/{card['maximum']}" in mail["subject"]
    assert "sales@northlight.example" in mail["to"]
    plain, rich = text_of(mail, "plain"), text_of(mail, "html")
    link = f"{house.product.url}/console/leads/{lead.conversation}"
    assert f'href="{link}"' in rich
    assert link in plain
    for text in (plain, html.unescape(re.sub(r"<[^>]*>", "", rich))):
        for row in card["criteria"]:
            assert f"{row['points']}/{row['maximum']}" in text
        assert [quote for quote in first_quotes(card) if quote not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sales_chat_gets_the_card(house: House, leads: dict[str, Lead], language: str) -> None:
    lead = leads[language]
    (card,) = until(lambda: house.cards(lead.conversation))
    (post,) = until(lambda: house.posts(lead.conversation), 45)
    shown = html.unescape(re.sub(r"</?\w+>", "", post))
    assert str(card["total"]) in shown
    assert [quote for quote in first_quotes(card) if quote not in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_shows_the_lead_its_score_and_its_quotes(
    house: House, leads: dict[str, Lead], language: str
) -> None:
    lead = leads[language]
    assert f"/console/leads/{lead.conversation}" in house.console.get("/console").text
    page = house.page(lead.conversation)
    assert [said for who, said in bubbles(page) if who == "visitor"] == list(lead.said)

    def last() -> dict[str, Any] | None:
        """The update that tells of the last message, which named an address."""
        updates = house.cards(lead.conversation, "lead.updated")
        return next((card for card in updates if card["contacts"]["email"] == lead.said[-1]), None)

    card = until(last)
    assert f"<b>{card['total']}/{card['maximum']}</b>" in page
    shown = html.unescape(page)
    assert quotes_of(card)
    for quote in quotes_of(card):
        assert re.search(rf"<q[^>]*>(<a [^>]*>)?{re.escape(quote)}", shown), quote
        assert re.search(rf"<mark[^>]*>[^<]*{re.escape(quote)}", shown), quote


def test_nobody_sees_the_console_without_the_link(house: House, leads: dict[str, Lead]) -> None:
    stranger = house.client.get(f"{house.product.url}/console/leads/{leads['en'].conversation}")
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/console/sign-in")
    again = house.client.get(house.product.sign_in_link())
    field = re.search(r'name="csrf" value="([^"]+)"', again.text)
    assert field is not None
    used = house.client.post(house.product.sign_in_link(), data={"csrf": field[1]})
    assert used.status_code == 410, "a link opens once"


def test_nothing_is_told_twice(house: House, leads: dict[str, Lead], olena: tuple[Lead, Guest]) -> None:
    def waiting() -> float:
        found = re.findall(r'^banter_outbox\{state="(?:ready|sending)"\} (\S+)$', metrics(), re.MULTILINE)
        return sum(map(float, found))

    def metrics() -> str:
        return house.client.get(f"{house.product.url}/metrics").text

    until(lambda: waiting() == 0, 60)
    assert re.search(r'^banter_outbox\{state="dead"\} 0.0$', metrics(), re.MULTILINE)
    for lead in (*leads.values(), olena[0]):
        for told in (house.cards, house.mails, house.posts):
            assert len(told(lead.conversation)) == 1


# Telegram, polling


def test_a_telegram_visitor_gets_to_sales_by_buttons(house: House, olena: tuple[Lead, Guest]) -> None:
    lead, _ = olena
    assert {"need.what", "budget.expectation", "authority.role"} <= {
        data.split(":")[1] for data in lead.said if ":" in data
    }
    for told in (house.cards, house.mails, house.posts):
        assert len(until(lambda told=told: told(lead.conversation), 45)) == 1  # type: ignore[misc]
    (card,) = house.cards(lead.conversation)
    assert (card["channel"], card["language"], card["name"]) == ("telegram", "uk", "Olena")
    assert card["total"] > 0


def test_replies_in_telegram_come_in_order_and_once(house: House, olena: tuple[Lead, Guest]) -> None:
    lead, guest = olena
    ours = [said for who, said in bubbles(house.page(lead.conversation)) if who != "visitor"]
    until(lambda: [message["text"] for message in house.telegram.messages(guest.chat)] == ours)


def test_a_tapped_button_is_confirmed_and_stays_alone(house: House, olena: tuple[Lead, Guest]) -> None:
    lead, guest = olena
    tapped = [data for data in lead.said if ":" in data]
    until(lambda: len(house.telegram.seen("sent", "answerCallbackQuery")) >= len(tapped))

    def kept() -> list[str]:
        edits = house.telegram.seen("sent", "editMessageReplyMarkup")
        return [keyboard(edit)[0] for edit in edits if edit["chat_id"] == guest.chat and len(keyboard(edit)) == 1]

    assert until(lambda: kept() == tapped)


def answer(house: House, conversation: str, text: str, do: str = "say") -> None:
    page = house.page(conversation)
    hidden = dict(re.findall(r'name="(csrf|message)" value="([^"]+)"', page))
    sent = house.console.post(f"/console/leads/{conversation}/{do}", data=hidden | {"text": text})
    assert sent.status_code in (200, 303), sent.text


def test_one_of_us_answers_where_the_visitor_writes(house: House, olena: tuple[Lead, Guest]) -> None:
    """In Telegram and on the web: heard once, the bot silent meanwhile and back when told to be."""
    chat = house.product.open(house.client, language="en")
    lead, guest = olena
    for conversation in (chat.id, lead.conversation):
        answer(house, conversation, "Anna here <3")
    assert [reply["text"] for turn in chat.transcript()[-1:] for reply in turn["replies"]][-1] == "Anna here <3"
    until(lambda: [one["text"] for one in house.telegram.messages(guest.chat)].count("Anna here <3") == 1)
    assert chat.send(str(uuid.uuid4()), text="We need a CRM").json()["replies"] == []
    answer(house, chat.id, "", "hand-back")
    (back,) = chat.transcript()[-1]["replies"]
    assert (back["author"], back["text"] != "") == ("bot", True)
    assert chat.send(str(uuid.uuid4()), text="In two weeks").json()["replies"] != []
    assert [who for who, said in bubbles(house.page(chat.id)) if said == "Anna here <3"] == ["human"]
    answer(house, lead.conversation, "", "hand-back")


def test_a_group_is_left_alone(house: House) -> None:
    before = house.console.get("/console").text.count('href="/console/leads/')
    house.telegram.order("message", chat=-100500, type="supergroup", text="We need a CRM", name="Group")
    guest = Guest(house.telegram, 78, {"name": "Jan", "language": "pl"})
    guest.say("/start")  # handled after the group's
    guest.hear()
    assert house.telegram.messages(-100500) == []
    assert house.console.get("/console").text.count('href="/console/leads/') <= before + 1


# Telegram, webhook


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second product that Telegram calls."""
    with outside() as (client, telegram, hook, (_, mail_control)):
        product = Product(
            tmp_path_factory.mktemp("hooked"),
            BANTER_WEBHOOK_URL=f"http://127.0.0.1:{hook}/hook",
            BANTER_WEBHOOK_SECRET=SECRET,
            BANTER_TELEGRAM_TOKEN=TOKEN,
            BANTER_TELEGRAM_API=telegram.url,
            BANTER_TELEGRAM_MODE="webhook",
            BANTER_TELEGRAM_SECRET=TELEGRAM_SECRET,
        ).start()
        try:
            with product.sign_in() as console:
                where = (f"http://127.0.0.1:{hook}", f"http://127.0.0.1:{mail_control}")
                yield House(product, client, console, telegram, *where)
        finally:
            product.stop(seconds=5)
        assert TELEGRAM_SECRET not in product.said()
        assert TOKEN not in product.said()


def call(house: House, update: dict[str, Any] | bytes, secret: str | None = TELEGRAM_SECRET) -> int:
    """Call the webhook as Telegram does; the status."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"content-type": "application/json"}
    headers |= {} if secret is None else {"x-telegram-bot-api-secret-token": secret}
    return house.client.post(f"{house.product.url}/telegram/webhook", content=body, headers=headers).status_code


def written(number: int, chat: int, text: str) -> dict[str, Any]:
    """An update as Telegram words it."""
    person = {"id": chat, "is_bot": False, "first_name": "Jan", "language_code": "pl"}
    message = {"message_id": number, "date": 1_800_000_000, "chat": {"id": chat, "type": "private"}}
    return {"update_id": number, "message": message | {"from": person, "text": text}}


def test_by_webhook_a_visitor_gets_to_sales_and_replays_change_nothing(hooked: House) -> None:
    guest = Guest(hooked.telegram, 81, {"name": "Jan", "language": "pl"})
    numbers = {guest.say("/start"): "/start"}
    guest.hear(buttons=True)
    said = lines("pl_hot_founder")
    for line in said:
        numbers[guest.say(line)] = line
        guest.hear()
    conversation = conversation_of(hooked, said[0])
    (card,) = until(lambda: hooked.cards(conversation))
    assert (card["channel"], card["language"], card["stage"]) == ("telegram", "pl", "mql")
    for _ in range(2):
        assert {call(hooked, written(number, 81, text)) for number, text in numbers.items()} == {200}
    later = "Dziękuję, to wszystko"
    assert call(hooked, written(max(numbers) + 1000, 81, later)) == 200
    guest.hear()
    # The last answer may come in two messages, so that what was heard may be the second of them.
    assert until(lambda: ("visitor", later) in bubbles(hooked.page(conversation)))
    page = hooked.page(conversation)
    assert [words for who, words in bubbles(page) if who == "visitor"][-len(said) - 1 :] == [*said, later]
    ours = [words for who, words in bubbles(page) if who == "bot"]
    assert until(lambda: [message["text"] for message in hooked.telegram.messages(81)] == ours)
    assert len(hooked.cards(conversation)) == 1


def test_only_telegram_may_call_the_webhook(hooked: House) -> None:
    update = written(900_000_001, 82, "We need a CRM, says an impostor")
    assert {call(hooked, update, secret) for secret in ("wrong", "", None, TELEGRAM_SECRET.upper())} == {403}
    assert [call(hooked, odd) for odd in (b"{", b"", b"[]", b'{"update_id": "x"}', b"\xff", b"[" * 100_000)] == [
        400
    ] * 6
    assert hooked.client.get(f"{hooked.product.url}/telegram/webhook").status_code == 405
    assert hooked.telegram.messages(82) == []
    assert "impostor" not in hooked.console.get("/console").text


def test_without_the_mode_there_is_no_webhook(house: House) -> None:
    assert call(house, written(900_000_002, 83, "hello")) == 404
