"""The Telegram channel against a strict twin of the Bot API in a process of its own."""

import asyncio
import base64
import itertools
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from bot.channels import web
from bot.channels.incoming import FILE_ENDINGS, LARGEST_FILE, Incoming, clean
from bot.channels.telegram import ChannelState, TelegramChannel
from bot.channels.telegram_api import TelegramApi, TelegramRefused, TelegramUnreachable
from bot.channels.telegram_turns import MOST_FAULTS, TelegramTurns
from bot.channels.telegram_wire import read_update, thread_of, update_id
from bot.errors import BadSetting
from dialogs.values import Kind
from storage.errors import StoreBusy
from storage.values import InboxRow, StoredTurn
from tests.emulators.loopback import Request, Response, port_of, start
from tests.emulators.process import Emulator, running
from tests.emulators.telegram_api import TOKEN
from tests.twins import Clock, InboxTwin

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "a-secret_for-tests"
DOCUMENT = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 7, "type": "private"},
        "document": {"file_id": "f1", "file_unique_id": "u1", "file_name": "spec.pdf", "file_size": 4},
    },
}


@pytest.fixture(scope="module")
def process() -> Iterator[int]:
    with running("telegram_api.py") as ports:
        yield ports[0]


@pytest.fixture
async def telegram(process: int) -> AsyncIterator[Emulator]:
    emulator = Emulator(process)
    await emulator.control("reset")
    yield emulator
    await emulator.close()


@pytest.fixture
async def api(telegram: Emulator) -> AsyncIterator[TelegramApi]:
    line = TelegramApi(TOKEN, telegram.url)
    yield line
    await line.close()


class Desk:
    """A reception that remembers what reached it, and settles the row as the store does."""

    def __init__(self, inbox: InboxTwin) -> None:
        self.inbox = inbox
        self.seen: list[Incoming] = []
        self.known: set[str] = set()
        self.failures: list[Exception] = []
        self.hold: dict[str, asyncio.Event] = {}
        self.arrived = asyncio.Condition()
        self.begun: list[str] = []

    async def __call__(self, incoming: Incoming) -> StoredTurn:
        self.begun.append(incoming.inbound)
        if incoming.text in self.hold:
            await self.hold[incoming.text].wait()
        if self.failures:
            raise self.failures.pop(0)
        repeated = incoming.inbound in self.known
        if not repeated:
            self.known.add(incoming.inbound)
            self.seen.append(incoming)
            for row in filter(None, (incoming.inbox_id, *incoming.also_settles)):
                await self.inbox.settle(row)
        async with self.arrived:
            self.arrived.notify_all()
        return StoredTurn("c", len(self.seen), (), repeated=repeated)

    async def wait(self, count: int) -> Sequence[Incoming]:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.seen) >= count)
        return self.seen

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.seen]


def channel_of(api: TelegramApi, inbox: InboxTwin, desk: Desk, **options: Any) -> TelegramChannel:
    ids = itertools.count(len(inbox.rows))
    options = {"poll_seconds": 5, "sleep": no_wait, "pause": timedelta(0), **options}
    return TelegramChannel(
        api, inbox, desk, new_id=lambda: f"in-{next(ids)}", clock=lambda: datetime.now(UTC), **options
    )


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0.01)


@asynccontextmanager
async def at_work(channel: TelegramChannel) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what it waits for announces nothing
            await asyncio.sleep(0.01)


async def test_a_message_becomes_an_incoming_and_is_settled(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    order = await telegram.control(
        "message", chat=7, text="Потрібна CRM 🙂", language="uk-UA", name="Оля", username="olya"
    )
    async with at_work(channel_of(api, inbox, desk)):
        seen = (await desk.wait(1))[0]
    assert (seen.channel, seen.thread, seen.inbound) == ("telegram", "telegram:7", f"tg:{order['update_id']}")
    assert (seen.kind, seen.text, seen.language_hint) == (Kind.TEXT, "Потрібна CRM 🙂", "uk")
    assert (seen.sender_name, seen.sender_username) == ("Оля", "olya")
    assert seen.at.tzinfo is not None
    assert inbox.unsettled == []


async def test_an_update_is_confirmed_only_after_it_is_stored(telegram: Emulator, api: TelegramApi) -> None:
    """While the inbox refuses, Telegram keeps the update; nothing is lost."""
    inbox = InboxTwin()
    desk = Desk(inbox)
    real, refused = inbox.receive, []

    async def receive(rows: Sequence[InboxRow]) -> int:
        if len(refused) < 3:
            refused.append([update["update_id"] for update in await telegram.seen("pending")])
            raise StoreBusy("locked", retry_after=0.0)
        return await real(rows)

    inbox.receive = receive  # type: ignore[method-assign] - a database that is busy three times
    order = await telegram.control("message", chat=7, text="hello")
    async with at_work(channel_of(api, inbox, desk)):
        await desk.wait(1)
    assert refused == [[order["update_id"]]] * 3
    assert desk.texts == ["hello"]


async def test_killed_between_commit_and_confirmation_it_is_handled_once(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    committed = asyncio.Event()
    real = inbox.receive

    async def receive_and_die(rows: Sequence[InboxRow]) -> int:
        await real(rows)
        committed.set()
        await asyncio.Event().wait()  # the process never gets any further
        return 0

    inbox.receive = receive_and_die  # type: ignore[method-assign] - stands for kill -9 after the commit
    await telegram.control("message", chat=7, text="once")
    async with at_work(channel_of(api, inbox, desk)):
        await committed.wait()
    assert len(await telegram.seen("pending")) == 1, "Telegram still holds it"
    inbox.receive = real  # type: ignore[method-assign] - the process starts again
    async with at_work(channel_of(api, inbox, desk)):
        await desk.wait(1)
        await telegram.control("message", chat=7, text="next")
        await desk.wait(2)
    assert desk.texts == ["once", "next"]
    assert len(inbox.rows) == 2


async def test_a_row_whose_turn_was_stored_before_the_crash_is_settled(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    order = await telegram.control("message", chat=7, text="again")
    desk.known.add(f"tg:{order['update_id']}")
    async with at_work(channel_of(api, inbox, desk)):
        await until(lambda: inbox.rows and not inbox.unsettled)
    assert desk.seen == []


async def test_order_is_kept_in_a_chat_and_chats_do_not_wait_for_each_other(
    telegram: Emulator, api: TelegramApi
) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    desk.hold["slow 1"] = asyncio.Event()
    for number in (1, 2, 3):
        await telegram.control("message", chat=1, text=f"slow {number}")
    for chat in range(2, 40):
        await telegram.control("message", chat=chat, text="quick")
    async with at_work(channel_of(api, inbox, desk)):
        await desk.wait(38)
        assert set(desk.texts) == {"quick"}
        desk.hold["slow 1"].set()
        await desk.wait(41)
    assert [text for text in desk.texts if text.startswith("slow")] == ["slow 1", "slow 2", "slow 3"]
    assert len(desk.begun) == 41, "no update is begun while it is at work"


async def test_a_failed_turn_is_tried_again_and_says_nothing_the_visitor_wrote(
    telegram: Emulator, api: TelegramApi, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    desk.failures.append(RuntimeError("cannot read my private words"))
    await telegram.control("message", chat=1, text="my private words")
    with caplog.at_level(logging.DEBUG), capture_logs() as events:
        async with at_work(channel_of(api, inbox, desk)):
            await telegram.control("message", chat=2, text="neighbour")
            await desk.wait(2)
    assert sorted(desk.texts) == ["my private words", "neighbour"]
    assert "telegram.turn_failed" in {event["event"] for event in events}
    assert "private" not in everything_logged(caplog, events)


@pytest.mark.parametrize(
    ("text", "kind", "said", "source"),
    [
        ("/start", Kind.START, "", ""),
        ("/start spring_ad", Kind.START, "", "spring_ad"),
        ("/start@banter_test_bot spring_ad", Kind.START, "", "spring_ad"),
        ("/help", Kind.TEXT, "/help", ""),
        ("/stop", Kind.TEXT, "/stop", ""),
        ("/starting soon", Kind.TEXT, "/starting soon", ""),
        ("я" * 4096, Kind.TEXT, "я" * 4096, ""),
        ("a\x00b", Kind.TEXT, "ab", ""),
    ],
)
def test_texts_and_commands_are_read(text: str, kind: Kind, said: str, source: str) -> None:
    seen = read_update(stored(message(text=text))).incomings
    assert [(one.kind, one.text, one.source) for one in seen] == [(kind, said, source)]


@pytest.mark.parametrize(
    ("update", "why"),
    [
        ({"message": {"new_chat_title": "x"}}, "service"),
        ({"message": {"text": "chatter", "chat": {"id": -5, "type": "supergroup", "title": "g"}}}, "group"),
        ({"edited_message": {"text": "edited"}}, "not_for_us"),
        ({"message": "not an object"}, "unreadable"),
        ({"callback_query": {"id": "1"}}, "unreadable"),
        ({}, "not_for_us"),
    ],
)
def test_what_needs_no_turn_says_why(update: dict[str, Any], why: str) -> None:
    full = {
        key: message(**value)["message"] if isinstance(value, dict) and key.endswith("message") else value
        for key, value in update.items()
    }
    seen = read_update(stored({"update_id": 1, **full}))
    assert (seen.incomings, seen.why_none) == ((), why)


@pytest.mark.parametrize(
    "odd",
    [
        {"date": 10**20, "text": "hi"},
        {"text": ["hi"]},
        {"from": {"id": 7, "is_bot": False, "first_name": []}, "text": "hi"},
        {"from": "nobody", "text": "hi"},
        {"poll": {"question": "which?"}},
        {"photo": "no list"},
    ],
)
def test_a_message_of_another_shape_is_a_message_without_words_and_not_silence(odd: dict[str, Any]) -> None:
    (seen,) = read_update(stored(message(**odd))).incomings
    assert (seen.kind, seen.text, seen.thread, seen.at) == (Kind.TEXT, "", "telegram:7", NOW)


def test_an_update_that_is_no_json_is_passed_over() -> None:
    seen = read_update(replace(stored(message(text="hi")), payload="{"))
    assert (seen.incomings, seen.why_none) == ((), "unreadable")


async def test_updates_that_need_no_turn_are_settled(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("message", chat=-100500, type="supergroup", text="chatter")
    await telegram.control("block", chat=7)
    async with at_work(channel_of(api, inbox, desk)):
        await telegram.control("message", chat=8, text="hello")
        await desk.wait(1)
        await until(lambda: len(inbox.rows) == 3 and not inbox.unsettled)
    assert desk.texts == ["hello"]


async def test_a_tap_is_answered_at_once_and_the_chosen_button_stays(telegram: Emulator, api: TelegramApi) -> None:
    """Even while the chat's turn is held up, the spinner stops."""
    inbox = InboxTwin()
    desk = Desk(inbox)
    desk.hold["3:need:crm"] = asyncio.Event()
    await telegram.control("message", chat=7, text="hi")
    buttons = [[{"text": "CRM", "callback_data": "3:need:crm"}, {"text": "Shop", "callback_data": "3:need:shop"}]]
    sent = await api.call("sendMessage", {"chat_id": 7, "text": "What?", "reply_markup": {"inline_keyboard": buttons}})
    await telegram.control("tap", chat=7, message_id=sent["message_id"], data="3:need:crm")
    async with at_work(channel_of(api, inbox, desk)):
        edits = await telegram.seen("sent", method="editMessageReplyMarkup", at_least=1)
        answers = await telegram.seen("sent", method="answerCallbackQuery")
        assert len(answers) == 1
        assert edits[0]["reply_markup"] == {"inline_keyboard": [[{"text": "✓ CRM", "callback_data": "3:need:crm"}]]}
        assert "3:need:crm" not in desk.texts
        desk.hold["3:need:crm"].set()
        await desk.wait(2)
    assert [(one.kind, one.text) for one in desk.seen] == [(Kind.TEXT, "hi"), (Kind.CHOICE, "3:need:crm")]


async def test_a_tap_that_cannot_be_answered_still_takes_its_turn(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("fault", method="answerCallbackQuery", do="cut")
    await telegram.control("tap", chat=7, message_id=999, data="1:x:y", force=True)
    async with at_work(channel_of(api, inbox, desk)):
        await telegram.control("message", chat=7, text="after")
        await desk.wait(1)
    assert desk.texts == ["after"]


async def test_a_document_comes_with_its_bytes_and_its_caption_as_a_turn_of_its_own(
    telegram: Emulator, api: TelegramApi
) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    content = base64.b64encode(b"%PDF-1.7 spec").decode()
    await telegram.control("file", chat=7, name="../../ТЗ.pdf", content=content, caption="budget 50k")
    async with at_work(channel_of(api, inbox, desk)):
        file, words = await desk.wait(2)
    assert (file.kind, file.file_name, file.file_size, file.file_bytes) == (Kind.FILE, "ТЗ.pdf", 13, b"%PDF-1.7 spec")
    assert (words.kind, words.text, words.inbound) == (Kind.TEXT, "budget 50k", f"{file.inbound}:caption")
    assert (file.inbox_id, bool(words.inbox_id)) == ("", True)
    assert inbox.unsettled == []


async def test_a_photo_comes_with_the_bytes_of_its_largest_size(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("file", chat=7, kind="photo", content="aGVsbG8=")
    async with at_work(channel_of(api, inbox, desk)):
        seen = (await desk.wait(1))[0]
    assert (seen.kind, seen.file_name, seen.file_size, seen.file_bytes) == (Kind.FILE, "photo.jpg", 5, b"hello")
    assert seen.file_refused == ""


TOO_LONG = 10 * 1024 * 1024 + 1


@pytest.mark.parametrize(
    ("order", "name", "why"),
    [
        ({"kind": "voice"}, "voice.ogg", "kind"),
        ({"kind": "sticker"}, "sticker.webp", "kind"),
        ({"name": "setup.EXE"}, "setup.EXE", "type"),
        ({"name": "pdf"}, "pdf", "type"),
        ({}, "document", "type"),
        ({"name": "spec.docx", "size": TOO_LONG}, "spec.docx", "size"),
        ({"name": "spec.PDF", "size": 0}, "spec.PDF", "empty"),
    ],
)
async def test_what_is_not_kept_says_why_and_is_not_fetched(
    telegram: Emulator, api: TelegramApi, order: dict[str, Any], name: str, why: str
) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("file", **{"chat": 7, "content": "aGVsbG8=", "caption": "here", **order})
    async with at_work(channel_of(api, inbox, desk)):
        seen, words = await desk.wait(2)
    assert (seen.kind, seen.file_name, seen.file_refused, seen.file_bytes) == (Kind.FILE, name, why, b"")
    assert (words.kind, words.text, words.file_refused) == (Kind.TEXT, "here", "")
    assert await telegram.seen("calls", method="getFile") == []


def test_the_web_chat_and_telegram_take_the_same_files() -> None:
    assert web.FILE_ENDINGS == FILE_ENDINGS
    assert web.LARGEST_FILE == LARGEST_FILE


async def test_a_file_that_cannot_be_had_goes_on_without_bytes(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("fault", method="getFile", do="status", status=404)
    await telegram.control("file", chat=7, name="spec.docx", content="aGVsbG8=")
    async with at_work(channel_of(api, inbox, desk)):
        seen = (await desk.wait(1))[0]
    assert (seen.file_name, seen.file_size, seen.file_bytes) == ("spec.docx", 5, b"")


class Line:
    """A line to Telegram whose downloads go as told."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def download(self, _file_id: str, _limit: int) -> bytes:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "content", "asked", "slept"),
    [
        ([b"spec"], b"spec", 1, []),
        ([TelegramUnreachable("x", "cut", maybe_done=False)] * 2 + [b"spec"], b"spec", 3, [0.5, 1.0]),
        ([TelegramUnreachable("x", "cut", maybe_done=False)] * 3, b"", 3, [0.5, 1.0]),
        ([TelegramRefused("x", 500, "oops"), b"spec"], b"spec", 2, [0.5]),
        ([TelegramRefused("x", 429, "slow", retry_after=4.0), b"spec"], b"spec", 2, [4.0]),
        ([TelegramRefused("x", 429, "slow", retry_after=600.0), b"spec"], b"spec", 2, [10.0]),
        ([TelegramRefused("x", 404, "no such file")], b"", 1, []),
    ],
)
async def test_a_file_is_asked_for_three_times(
    answers: list[bytes | Exception], content: bytes, asked: int, slept: list[float]
) -> None:
    line: Any = Line(*answers)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    turns = TelegramTurns(
        line, InboxTwin(), Desk(InboxTwin()), clock=lambda: NOW, chance=lambda: 1.0, pause=timedelta(0), sleep=sleep
    )
    row = InboxRow("in-1", "telegram", "1", "telegram:7", json.dumps(DOCUMENT), NOW)
    (incoming,) = await turns._with_file(read_update(row))
    assert (incoming.file_bytes, line.asked, waits) == (content, asked, slept)


def stubborn(clock: Clock, inbox: InboxTwin, desk: Desk) -> TelegramTurns:
    return TelegramTurns(cast("Any", None), inbox, desk, clock=clock, chance=lambda: 1.0, pause=timedelta(0))


async def turn_of(turns: TelegramTurns, clock: Clock) -> None:
    """One look, and whatever it found, after the longest rest there is."""
    clock.forward(61)
    for row in await turns._due():
        await turns._handle(row)


def words(number: int) -> InboxRow:
    message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": f"words {number}"}
    update = {"update_id": number, "message": message}
    return InboxRow(f"in-{number}", "telegram", str(number), "telegram:7", json.dumps(update), NOW)


async def test_an_update_that_only_ever_fails_is_handed_over_and_lets_the_next_one_pass() -> None:
    clock, inbox = Clock(), InboxTwin()
    desk = Desk(inbox)
    await inbox.receive([words(1), words(2)])
    desk.failures = [ValueError("words 1")] * MOST_FAULTS
    turns = stubborn(clock, inbox, desk)
    with capture_logs() as logs:
        for _ in range(MOST_FAULTS + 2):
            await turn_of(turns, clock)
    assert desk.begun == ["tg:1"] * MOST_FAULTS + ["lost:1", "tg:2"]
    lost, _ = desk.seen
    assert (lost.inbound, lost.text, lost.inbox_id) == ("lost:1", "words 1", "in-1")
    assert inbox.unsettled == []
    assert "telegram.given_up" in [line["event"] for line in logs]
    assert "words" not in repr(logs)


async def test_an_update_that_cannot_even_be_handed_over_is_settled_and_told() -> None:
    clock, inbox = Clock(), InboxTwin()
    desk = Desk(inbox)
    await inbox.receive([words(1)])
    desk.failures = [ValueError("words 1")] * (MOST_FAULTS + 1)
    turns = stubborn(clock, inbox, desk)
    with capture_logs() as logs:
        for _ in range(MOST_FAULTS + 1):
            await turn_of(turns, clock)
    assert inbox.unsettled == []
    assert [line["log_level"] for line in logs if line["event"] == "telegram.lost"] == ["critical"]


async def test_a_database_that_is_away_costs_no_update() -> None:
    clock, inbox = Clock(), InboxTwin()
    desk = Desk(inbox)
    await inbox.receive([words(1)])
    desk.failures = [StoreBusy("locked")] * (5 * MOST_FAULTS)
    turns = stubborn(clock, inbox, desk)
    with capture_logs():
        for _ in range(5 * MOST_FAULTS + 1):
            await turn_of(turns, clock)
    assert (desk.texts, set(desk.begun)) == (["words 1"], {"tg:1"})


async def test_an_update_nobody_can_read_is_handed_over_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, inbox = Clock(), InboxTwin()
    desk = Desk(inbox)
    await inbox.receive([words(1)])

    def slip(_: InboxRow) -> Any:
        raise KeyError("words 1")

    monkeypatch.setattr("bot.channels.telegram_turns.read_update", slip)
    turns = stubborn(clock, inbox, desk)
    with capture_logs():
        for _ in range(MOST_FAULTS + 1):
            await turn_of(turns, clock)
    assert [(seen.inbound, seen.text, seen.thread) for seen in desk.seen] == [("lost:1", "", "telegram:7")]


async def test_a_file_longer_than_announced_is_not_read_to_its_end(telegram: Emulator, api: TelegramApi) -> None:
    await telegram.control("file", chat=7, name="a.txt", content=base64.b64encode(b"x" * 2000).decode(), size=5)
    update = (await telegram.seen("pending"))[0]
    with pytest.raises(TelegramRefused, match="longer than 1000 bytes"):
        await api.download(update["message"]["document"]["file_id"], 1000)


async def test_a_second_poller_is_told_apart_and_polling_goes_on(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("fault", method="getUpdates", do="status", status=409, description="Conflict: terminated")
    channel = channel_of(api, inbox, desk)
    states = []

    async def note(_seconds: float) -> None:
        states.append(channel.status)

    channel._sleep = note
    async with at_work(channel):
        await telegram.control("message", chat=7, text="hello")
        await desk.wait(1)
    assert [state.state for state in states] == [ChannelState.WAITING]
    assert "another program polls Telegram" in states[0].problem
    assert channel.status.state is ChannelState.RUNNING


async def test_a_webhook_left_behind_does_not_stop_polling(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    await api.call("setWebhook", {"url": "http://127.0.0.1:9/old"})
    async with at_work(channel_of(api, inbox, desk)):
        await telegram.control("message", chat=7, text="hello")
        await desk.wait(1)
    assert (await api.call("getWebhookInfo"))["url"] == ""


@pytest.mark.parametrize(
    "fault", [{"do": "cut"}, {"do": "status", "status": 502}, {"do": "status", "status": 429, "retry_after": 3}]
)
async def test_a_stumbling_network_is_waited_for(telegram: Emulator, api: TelegramApi, fault: dict[str, Any]) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    await telegram.control("fault", method="getUpdates", times=3, **fault)
    channel = channel_of(api, inbox, desk, sleep=note, chance=lambda: 1.0)
    async with at_work(channel):
        await telegram.control("message", chat=7, text="hello")
        await desk.wait(1)
        assert channel.status.state is ChannelState.RUNNING
    assert waits == ([3.0, 3.0, 4.0] if "retry_after" in fault else [1.0, 2.0, 4.0])


@pytest.mark.parametrize("token", ["12345:WRONG-and-secret", "no-token-at-all"])
async def test_a_wrong_token_stops_the_channel_and_nothing_else(
    telegram: Emulator, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    line = TelegramApi(token, telegram.url)
    channel = channel_of(line, InboxTwin(), Desk(InboxTwin()))
    with caplog.at_level(logging.DEBUG), capture_logs() as events:
        async with asyncio.timeout(10):
            await channel.run()
    await line.close()
    assert channel.status.state is ChannelState.STOPPED
    assert "BANTER_TELEGRAM_TOKEN" in channel.status.problem
    assert token not in everything_logged(caplog, events)


async def test_the_token_reaches_no_log_and_no_error(
    telegram: Emulator, api: TelegramApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Not through the HTTP client's own lines, which print addresses, nor through what an exception drags along."""
    inbox = InboxTwin()
    desk = Desk(inbox)
    await telegram.control("fault", method="getMe", do="status", status=500, description=f"oh, bot{TOKEN}")
    await telegram.control("fault", method="getUpdates", do="cut", times=2)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "httpx2"), capture_logs() as events:
        async with at_work(channel_of(api, inbox, desk)):
            await telegram.control("file", chat=7, name="a.txt", content="aGVsbG8=")
            await desk.wait(1)
        nowhere = TelegramApi(TOKEN, "http://127.0.0.1:9")
        with pytest.raises(TelegramUnreachable) as down:
            await nowhere.call("getMe")
        await nowhere.close()
        strange = TelegramApi(TOKEN, "htp:/nonsense")
        with pytest.raises(TelegramUnreachable) as odd:
            await strange.call("getMe")
        await strange.close()
    assert any(record.name.startswith(("httpx2", "httpcore2")) for record in caplog.records), "the client does log"
    for text in (everything_logged(caplog, events), whole_chain(down.value), whole_chain(odd.value), repr(api)):
        assert TOKEN not in text


async def test_a_refusal_that_repeats_the_token_is_cleaned(telegram: Emulator, api: TelegramApi) -> None:
    words = f'no bot{TOKEN} may say "what the visitor wrote"'
    await telegram.control("fault", method="sendMessage", do="status", status=400, description=words)
    with pytest.raises(TelegramRefused) as refused:
        await api.call("sendMessage", {"chat_id": 7, "text": "x"})
    assert refused.value.description == 'no bot*** may say "…"'


async def test_a_webhook_update_is_stored_before_it_is_answered(telegram: Emulator, api: TelegramApi) -> None:
    inbox = InboxTwin()
    desk = Desk(inbox)
    stored_then: list[int] = []
    busy = [True]
    real = inbox.receive

    async def receive(rows: Sequence[InboxRow]) -> int:
        if busy:
            busy.clear()
            raise StoreBusy("locked")
        return await real(rows)

    inbox.receive = receive  # type: ignore[method-assign] - busy once: Telegram has to come again

    async def serve(request: Request) -> Response:
        status = await channel.accept(request.body, request.headers.get("x-telegram-bot-api-secret-token"))
        stored_then.append(len(inbox.rows))
        return Response(status)

    server = await start(serve, 0)
    url = f"http://127.0.0.1:{port_of(server)}/telegram/webhook"
    channel = channel_of(api, inbox, desk, webhook_url=url, secret=SECRET)
    async with at_work(channel):
        await telegram.control("message", chat=7, text="by webhook")
        await desk.wait(1)
        calls = await telegram.seen("calls", method="webhook", at_least=2)
    server.close()
    await server.wait_closed()
    assert [call["status"] for call in calls] == [503, 200]
    assert stored_then == [0, 1]
    assert await telegram.seen("calls", method="getUpdates") == []
    assert channel.status.state is ChannelState.RUNNING


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (b'{"update_id": 1}', SECRET, 200),
        (b'{"update_id": 1}', SECRET[:-1], 403),
        (b'{"update_id": 1}', "секрет", 403),
        (b'{"update_id": 1}', None, 403),
        (b"not json", None, 403),
        (b"not json", SECRET, 400),
        (b"\xff\xfe", SECRET, 400),
        (b"[" * 100_000, SECRET, 400),
        (b'{"update_id": "1"}', SECRET, 400),
        (b"[]", SECRET, 400),
    ],
)
async def test_a_webhook_call_is_answered_with(api: TelegramApi, body: bytes, secret: str | None, status: int) -> None:
    inbox = InboxTwin()
    channel = channel_of(api, inbox, Desk(inbox), webhook_url="https://bot.example", secret=SECRET)
    assert await channel.accept(body, secret) == status
    assert len(inbox.rows) == (1 if status == 200 else 0)


async def test_without_a_webhook_nobody_can_post_updates(api: TelegramApi) -> None:
    inbox = InboxTwin()
    assert await channel_of(api, inbox, Desk(inbox)).accept(b'{"update_id": 1}', "") == 404


@pytest.mark.parametrize("secret", ["", "with space", "x" * 257, "секрет"])
async def test_a_webhook_needs_a_secret_telegram_accepts(api: TelegramApi, secret: str) -> None:
    inbox = InboxTwin()
    with pytest.raises(BadSetting, match="BANTER_TELEGRAM_SECRET"):
        channel_of(api, inbox, Desk(inbox), webhook_url="https://bot.example", secret=secret)


@pytest.mark.parametrize(
    ("update", "thread"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 7}}}, "telegram:7"),
        ({"update_id": 1, "callback_query": {"message": {"chat": {"id": -7}}}}, "telegram:-7"),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 7}}}, "telegram:7"),
        ({"update_id": 1, "message": {"chat": "?"}}, "telegram:"),
        ({"update_id": 1}, "telegram:"),
    ],
)
def test_updates_of_a_chat_share_a_thread(update: dict[str, Any], thread: str) -> None:
    assert thread_of(update) == thread


@pytest.mark.parametrize("update", [{}, [], {"update_id": "1"}, {"update_id": True}, {"update_id": 1.0}, None])
def test_what_has_no_number_is_no_update(update: object) -> None:
    assert update_id(update) is None


def test_half_a_surrogate_pair_becomes_a_replacement_mark() -> None:
    assert clean("a\ud83d!") == "a\ufffd!"


def message(**content: Any) -> dict[str, Any]:
    user = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "pl"}
    base = {"message_id": 1, "date": 1_772_000_000, "chat": {"id": 7, "type": "private"}, "from": user}
    return {"update_id": 1, "message": {**base, **content}}


def stored(update: dict[str, Any]) -> InboxRow:
    return InboxRow("in-1", "telegram", "1", thread_of(update), json.dumps(update), NOW)


def everything_logged(caplog: pytest.LogCaptureFixture, events: Sequence[Any]) -> str:
    """Our own events, and the lines of the libraries with all they drag along."""
    lines = [f"{record.getMessage()} {record.__dict__!r} {record.exc_text}" for record in caplog.records]
    return "\n".join([*lines, repr(events)])


def whole_chain(error: BaseException | None) -> str:
    words = []
    while error is not None:
        words.append(f"{error} {error!r} {getattr(error, 'request', '')}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(words)
