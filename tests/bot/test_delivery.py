"""Delivery: what leaves the outbox, how often, in what order and when nobody tries any more."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.backoff import Backoff
from bot.channels.telegram_api import TelegramApi
from bot.channels.telegram_payload import TelegramChoice, reply_payload
from bot.channels.telegram_replies import TelegramReplies, keyboard, split
from bot.delivery import Delivery, Patience
from bot.errors import DeliveryFailed
from bot.pace import PATIENCE, Pace, Rate
from dialogs.values import Choice, Reply
from storage.errors import StoreBusy
from storage.values import OutboxItem, OutboxRow, Sending
from tests.emulators.process import Emulator, running
from tests.emulators.telegram_api import TOKEN
from tests.twins import Clock, OutboxTwin

FAST = Rate(every=0.0, burst=1000)
SECRET_WORDS = "what the visitor wrote"


class Sender:
    """A sender that fails as told, then succeeds."""

    def __init__(self, name: str = "notify.webhook", *failures: Exception) -> None:
        self.name = name
        self.failures = list(failures)
        self.sent: list[str] = []
        self.progress = asyncio.Condition()

    async def send(self, row: OutboxRow) -> None:
        self.sent.append(row.key)
        async with self.progress:
            self.progress.notify_all()
        if self.failures:
            raise self.failures.pop(0)

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5), self.progress:
            await self.progress.wait_for(lambda: len(self.sent) >= count)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox() -> OutboxTwin:
    return OutboxTwin()


def delivery_of(outbox: OutboxTwin, clock: Clock, *senders: Any, **options: Any) -> Delivery:
    options = {"chance": lambda: 1.0, "sleep": lambda _seconds: asyncio.sleep(0), **options}
    return Delivery(outbox, senders, clock=clock, **options)


async def put(
    outbox: OutboxTwin, clock: Clock, kind: str, *keys: str, conversation: str = "c1", payload: str = "{}"
) -> None:
    items = [OutboxItem(key, kind, payload, seq) for seq, key in enumerate(keys)]
    await outbox.put(conversation, items, clock())


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 600), (12, 600), (10_000, 600), (0, 2)]
)
def test_waits_double_up_to_a_cap(attempt: int, longest: float) -> None:
    assert Backoff().wait(attempt, 1.0) == longest
    assert Backoff().wait(attempt, 0.25) == longest / 4


async def test_what_was_sent_is_finished_once(outbox: OutboxTwin, clock: Clock) -> None:
    sender = Sender()
    await put(outbox, clock, "notify.webhook", "k1")
    delivery = delivery_of(outbox, clock, sender)
    assert [await delivery.once(), await delivery.once()] == [1, 0]
    assert (sender.sent, outbox.states()) == (["k1"], [Sending.SENT])


async def test_a_failure_is_tried_again_later_with_the_same_key(outbox: OutboxTwin, clock: Clock) -> None:
    sender = Sender("notify.webhook", DeliveryFailed("503"), DeliveryFailed("503"))
    await put(outbox, clock, "notify.webhook", "k1")
    delivery = delivery_of(outbox, clock, sender)
    tried = []
    for second in range(8):
        if await delivery.once():
            tried.append(second)
        clock.forward(1)
    assert tried == [0, 2, 6]
    assert (sender.sent, outbox.states()) == (["k1"] * 3, [Sending.SENT])


async def test_the_other_side_says_when(outbox: OutboxTwin, clock: Clock) -> None:
    sender = Sender("notify.webhook", DeliveryFailed("429", retry_after=120))
    await put(outbox, clock, "notify.webhook", "k1")
    delivery = delivery_of(outbox, clock, sender)
    await delivery.once()
    due = next(iter(outbox.rows.values())).due
    assert timedelta(seconds=120) <= due - clock() <= timedelta(seconds=121)


async def test_after_twelve_attempts_and_an_hour_it_is_dead(outbox: OutboxTwin, clock: Clock) -> None:
    """The waits may be drawn short: a receiver that is down for half an hour still gets it."""
    sender = Sender("notify.webhook", *[DeliveryFailed("the webhook answered 500")] * 500)
    await put(outbox, clock, "notify.webhook", "k1")
    draw = random.Random(7)
    delivery = delivery_of(outbox, clock, sender, chance=draw.random)
    begun = clock()
    while outbox.states() == [Sending.READY]:
        clock.now = max(clock.now, next(iter(outbox.rows.values())).due)
        await delivery.once()
    assert outbox.states() == [Sending.DEAD]
    assert len(sender.sent) >= 12
    assert timedelta(hours=1) <= clock() - begun <= timedelta(hours=2)
    assert next(iter(outbox.rows.values())).error == "the webhook answered 500"


async def test_what_can_never_arrive_is_dead_at_once(outbox: OutboxTwin, clock: Clock) -> None:
    sender = Sender("notify.webhook", DeliveryFailed("410", permanent=True))
    await put(outbox, clock, "notify.webhook", "k1")
    await delivery_of(outbox, clock, sender).once()
    assert (len(sender.sent), outbox.states()) == (1, [Sending.DEAD])


@pytest.mark.parametrize(
    ("kind", "state"),
    [("telegram.reply", Sending.UNCERTAIN), ("notify.webhook", Sending.READY), ("notify.email", Sending.READY)],
)
async def test_what_may_have_arrived_is_repeated_only_where_that_is_safe(
    outbox: OutboxTwin, clock: Clock, kind: str, state: Sending
) -> None:
    await put(outbox, clock, kind, "k1")
    await delivery_of(outbox, clock, Sender(kind, DeliveryFailed("no answer", uncertain=True))).once()
    assert outbox.states() == [state]


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        ("telegram.reply", "BANTER_TELEGRAM_TOKEN"),
        ("notify.telegram", "BANTER_SALES_TELEGRAM_CHAT"),
        ("notify.email", "BANTER_SMTP_URL"),
        ("notify.webhook", "BANTER_WEBHOOK_URL"),
        ("notify.fax", "no sender"),
    ],
)
async def test_without_a_sender_the_row_names_the_setting(
    outbox: OutboxTwin, clock: Clock, kind: str, setting: str
) -> None:
    await put(outbox, clock, kind, "k1")
    await delivery_of(outbox, clock).once()
    assert outbox.states() == [Sending.DEAD]
    assert setting in next(iter(outbox.rows.values())).error


async def test_a_bug_in_a_sender_holds_nobody_back_and_quotes_nobody(outbox: OutboxTwin, clock: Clock) -> None:
    broken = Sender("notify.email", ValueError(SECRET_WORDS))
    good = Sender("notify.webhook")
    await put(outbox, clock, "notify.email", "k1", payload=SECRET_WORDS)
    await put(outbox, clock, "notify.webhook", "k2", payload=SECRET_WORDS)
    with capture_logs() as events:
        await delivery_of(outbox, clock, broken, good).once()
    assert outbox.states() == [Sending.READY, Sending.SENT]
    assert "ValueError in send" in outbox.rows["row-1"].error
    assert {event["event"] for event in events} == {"delivery.postponed", "delivery.sent"}
    assert SECRET_WORDS not in repr(events) + outbox.rows["row-1"].error


async def test_a_busy_database_is_asked_again_to_remember(outbox: OutboxTwin, clock: Clock) -> None:
    """Forgetting that it was sent would send it twice."""
    real, refusals = outbox.finish, [StoreBusy("locked")] * 3

    async def finish(row: str) -> None:
        if refusals:
            raise refusals.pop()
        await real(row)

    outbox.finish = finish  # type: ignore[method-assign] - busy three times
    sender = Sender()
    await put(outbox, clock, "notify.webhook", "k1")
    await delivery_of(outbox, clock, sender).once()
    assert (sender.sent, outbox.states()) == (["k1"], [Sending.SENT])


async def test_a_sender_that_hangs_is_cut_off(outbox: OutboxTwin, clock: Clock) -> None:
    class Hanging(Sender):
        async def send(self, row: OutboxRow) -> None:
            await asyncio.Event().wait()

    await put(outbox, clock, "telegram.reply", "k1")
    await delivery_of(outbox, clock, Hanging("telegram.reply"), patience=Patience(send_seconds=0.05)).once()
    assert outbox.states() == [Sending.UNCERTAIN]


async def test_replies_of_a_conversation_go_in_order_and_conversations_side_by_side(
    outbox: OutboxTwin, clock: Clock
) -> None:
    class Slow(Sender):
        async def send(self, row: OutboxRow) -> None:
            if row.conversation == "held":
                await release.wait()
            await super().send(row)

    release = asyncio.Event()
    sender = Slow("telegram.reply")
    await put(outbox, clock, "telegram.reply", "h1", "h2", conversation="held")
    await put(outbox, clock, "telegram.reply", "a1", "a2", "a3", conversation="free")
    delivery = delivery_of(outbox, clock, sender, patience=Patience(look_seconds=60.0))
    task = asyncio.create_task(delivery.run())
    await sender.wait(3)
    assert sender.sent == ["a1", "a2", "a3"]
    release.set()
    await sender.wait(5)
    delivery.stop()
    await task
    assert sender.sent[3:] == ["h1", "h2"]
    assert set(outbox.states()) == {Sending.SENT}


async def test_a_nudge_is_heard_at_once_and_stopping_waits_for_what_is_on_the_wire(
    outbox: OutboxTwin, clock: Clock
) -> None:
    class Slow(Sender):
        async def send(self, row: OutboxRow) -> None:
            started.set()
            await release.wait()
            await super().send(row)

    started, release = asyncio.Event(), asyncio.Event()
    delivery = delivery_of(outbox, clock, Slow("telegram.reply"), patience=Patience(look_seconds=60.0))
    task = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.02)
    await put(outbox, clock, "telegram.reply", "k1")
    delivery.nudge()
    async with asyncio.timeout(5):
        await started.wait()
        delivery.stop()
        await asyncio.sleep(0.02)
        assert not task.done()
        release.set()
        await task
    assert outbox.states() == [Sending.SENT]


# Pace


class Ticks:
    """A monotonic clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("chat", "count", "seconds"), [("7", 5, 4.0), ("-100", 5, 0.0), ("-100", 9, 16.0), ("@sales", 6, 4.0)]
)
async def test_a_chat_gets_one_a_second_and_a_group_twenty_a_minute(chat: str, count: int, seconds: float) -> None:
    ticks = Ticks()
    pace = Pace(everywhere=FAST, monotonic=ticks, sleep=ticks.sleep)
    for _ in range(count):
        await pace.wait(chat)
    assert ticks.now - 100.0 == pytest.approx(seconds)


async def test_all_chats_together_stay_under_thirty_a_second() -> None:
    ticks = Ticks()
    pace = Pace(monotonic=ticks, sleep=ticks.sleep)
    sent = []
    for chat in range(200):
        await pace.wait(str(chat))
        sent.append(ticks.now)
    assert max(sum(1 for at in sent if start <= at < start + 1.0) for start in sent) <= 30


async def test_who_would_wait_too_long_comes_again() -> None:
    ticks = Ticks()

    async def stand_still(_seconds: float) -> None:
        pass

    pace = Pace(monotonic=ticks, sleep=stand_still)
    for _ in range(int(PATIENCE) + 1):
        await pace.wait("7")
    with pytest.raises(DeliveryFailed) as refused:
        await pace.wait("7")
    assert refused.value.retry_after == pytest.approx(PATIENCE + 1)


# Telegram


@pytest.fixture(scope="module")
def process() -> Iterator[int]:
    with running("telegram_api.py") as ports:
        yield ports[0]


@pytest.fixture
async def telegram(process: int) -> AsyncIterator[Emulator]:
    emulator = Emulator(process)
    await emulator.control("reset")
    await emulator.control("message", chat=7, text="hello")
    yield emulator
    await emulator.close()


@pytest.fixture
async def replies(telegram: Emulator) -> AsyncIterator[TelegramReplies]:
    api = TelegramApi(TOKEN, telegram.url)

    async def no_wait(_seconds: float) -> None:
        await asyncio.sleep(0)

    yield TelegramReplies(api, Pace(everywhere=FAST, chat=FAST, group=FAST), sleep=no_wait)
    await api.close()


async def say(outbox: OutboxTwin, clock: Clock, *replies: Reply, chat: int = 7, typing: bool = False) -> None:
    items = [
        OutboxItem(
            f"reply:c:{reply.id}", "telegram.reply", reply_payload(f"telegram:{chat}", reply, typing=typing), seq
        )
        for seq, reply in enumerate(replies)
    ]
    await outbox.put("c", items, clock())


async def test_a_reply_arrives_with_its_buttons_and_without_markup(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock
) -> None:
    await say(
        outbox,
        clock,
        Reply("1.1", "You said <b>CRM</b> & *more*", (Choice("1:q:a", "Yes"), Choice("1:q:b", "No"))),
        typing=True,
    )
    await delivery_of(outbox, clock, replies).once()
    action, message = await telegram.seen("sent")
    assert (action["method"], action["action"]) == ("sendChatAction", "typing")
    assert message["text"] == "You said <b>CRM</b> & *more*"
    assert "parse_mode" not in message
    rows = message["reply_markup"]["inline_keyboard"]
    assert [[button["callback_data"] for button in row] for row in rows] == [["1:q:a", "1:q:b"]]
    assert outbox.states() == [Sending.SENT]


async def test_a_429_is_waited_for_and_nothing_is_lost_or_doubled(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock
) -> None:
    await telegram.control("fault", method="sendMessage", do="status", status=429, retry_after=17)
    await say(outbox, clock, Reply("1.1", "patience"))
    delivery = delivery_of(outbox, clock, replies)
    await delivery.once()
    clock.forward(16.9)
    assert await delivery.once() == 0
    clock.forward(1.2)
    assert await delivery.once() == 1
    assert [sent["text"] for sent in await telegram.seen("sent")] == ["patience"]
    assert outbox.states() == [Sending.SENT]


async def test_the_twin_itself_refuses_two_messages_a_second(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock
) -> None:
    await say(outbox, clock, Reply("1.1", "one"), Reply("1.2", "two"))
    delivery = delivery_of(outbox, clock, replies)
    await delivery.once()
    await delivery.once()
    assert outbox.states() == [Sending.SENT, Sending.READY]
    assert "429" in outbox.rows["row-2"].error


async def test_the_real_pace_keeps_the_twin_content(telegram: Emulator, outbox: OutboxTwin, clock: Clock) -> None:
    api = TelegramApi(TOKEN, telegram.url)
    await say(outbox, clock, Reply("1.1", "one"), Reply("1.2", "two"))
    delivery = delivery_of(outbox, clock, TelegramReplies(api, Pace()))
    await delivery.once()
    await delivery.once()
    await api.close()
    assert [row.attempts for row in outbox.rows.values()] == [1, 1]
    assert [sent["text"] for sent in await telegram.seen("sent")] == ["one", "two"]


@pytest.mark.parametrize("fault", ["cut_after", "hang"])
async def test_an_answer_that_never_came_is_not_asked_for_twice(
    telegram: Emulator,
    replies: TelegramReplies,
    outbox: OutboxTwin,
    clock: Clock,
    *,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replies._api, "call", with_timeout(replies._api.call, 0.3))
    await telegram.control("fault", method="sendMessage", do=fault, seconds=2)
    await say(outbox, clock, Reply("1.1", "delivered all the same"), Reply("1.2", "next"))
    delivery = delivery_of(outbox, clock, replies)
    await delivery.once()
    assert outbox.states() == [Sending.UNCERTAIN, Sending.READY]
    await telegram.control("pace", per_chat=0)
    clock.forward(7200)
    await delivery.once()
    assert [sent["text"] for sent in await telegram.seen("sent")] == ["delivered all the same", "next"]


def with_timeout(call: Any, seconds: float) -> Any:
    async def impatient(method: str, params: object, **_options: object) -> Any:
        return await call(method, params, timeout=seconds)

    return impatient


@pytest.mark.parametrize("fault", [{"do": "status", "status": 502}, {"do": "status", "status": 401}])
async def test_trouble_on_their_side_is_tried_again(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock, fault: dict[str, Any]
) -> None:
    await telegram.control("fault", method="sendMessage", **fault)
    await say(outbox, clock, Reply("1.1", "again"))
    delivery = delivery_of(outbox, clock, replies)
    await delivery.once()
    clock.forward(5)
    await delivery.once()
    assert [sent["text"] for sent in await telegram.seen("sent")] == ["again"]


async def test_a_line_that_was_never_up_is_tried_again(outbox: OutboxTwin, clock: Clock) -> None:
    api = TelegramApi(TOKEN, "http://127.0.0.1:9")
    await say(outbox, clock, Reply("1.1", "later"))
    await delivery_of(outbox, clock, TelegramReplies(api, Pace())).once()
    await api.close()
    assert outbox.states() == [Sending.READY]
    assert TOKEN not in outbox.rows["row-1"].error


@pytest.mark.parametrize(("chat", "words"), [(7, "blocked by the user"), (404, "chat not found")])
async def test_who_is_gone_is_not_written_to_again(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock, *, chat: int, words: str
) -> None:
    await telegram.control("block", chat=7)
    await say(outbox, clock, Reply("1.1", "are you there?"), chat=chat)
    await delivery_of(outbox, clock, replies).once()
    assert outbox.states() == [Sending.DEAD]
    assert words in outbox.rows["row-1"].error


async def test_a_long_text_goes_in_parts_and_a_failure_in_the_middle_repeats_none(
    telegram: Emulator, replies: TelegramReplies, outbox: OutboxTwin, clock: Clock
) -> None:
    lines = [f"line {number} " + "я" * 80 for number in range(120)]
    await telegram.control("pace", per_chat=0)
    await say(outbox, clock, Reply("1.1", "\n".join(lines), (Choice("1:q:a", "Yes"),)))
    real, calls = replies._api.call, []

    async def stumble(method: str, params: Any, **options: Any) -> Any:
        calls.append(params["text"])
        if len(calls) == 2:
            await telegram.control("fault", method="sendMessage", do="status", status=502)
        return await real(method, params, **options)

    replies._api.call = stumble  # type: ignore[method-assign] - the second part fails once
    delivery = delivery_of(outbox, clock, replies)
    await delivery.once()
    assert outbox.states() == [Sending.READY]
    clock.forward(5)
    await delivery.once()
    sent = await telegram.seen("sent")
    assert "\n".join(message["text"] for message in sent).split("\n") == lines
    assert [("reply_markup" in message) for message in sent] == [False, False, True]


@pytest.mark.parametrize("text", ["a" * 9000, "🙂" * 5000, "one two " * 1500, "x\n" * 5000, "", "  \n ", "short"])
def test_no_part_is_too_long_and_nothing_visible_is_lost(text: str) -> None:
    parts = split(text)
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("labels", "rows"),
    [(["Yes", "No", "Later"], [2, 1]), (["A label that is quite long", "No"], [1, 1]), ([], [])],
)
def test_buttons_stand_two_a_row_while_short(labels: list[str], rows: list[int]) -> None:
    found = keyboard([TelegramChoice(f"1:q:{number}", label) for number, label in enumerate(labels)])
    assert [len(row) for row in found] == rows


def test_a_button_telegram_would_refuse_does_not_take_the_message_down() -> None:
    assert keyboard([TelegramChoice("я" * 33, "too long"), TelegramChoice("1:q:a", "fits")]) == [
        [{"text": "fits", "callback_data": "1:q:a"}]
    ]
