"""The widget when the network, the server or the browser lets it down: nothing is lost, nothing comes twice."""

import time

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.bot.widget.visitor import Visitor
from tests.emulators.chat_server import ChatServer, Fault

pytestmark = pytest.mark.browser


def said_by_me(visitor: Visitor) -> list[str]:
    return [text for who, text in visitor.transcript() if who == "me"]


def test_what_is_written_offline_is_sent_once_and_in_order_when_back(
    visitor: Visitor, device: BrowserContext, server: ChatServer
) -> None:
    visitor.open().say("before")
    visitor.sees("You said: before")
    server.go_down()
    device.set_offline(True)
    for word in ("one", "two", "three"):
        visitor.say(word)
    expect(visitor.panel.get_by_role("button", name="Try again")).to_have_count(1)
    expect(visitor.lost).to_contain_text("Connection lost.")
    server.come_back()
    device.set_offline(False)
    visitor.sees("You said: one two three")
    expect(visitor.panel.locator(".state")).to_have_count(0)
    expect(visitor.lost).to_be_hidden()
    assert server.only().said() == ["before", "one\ntwo\nthree"]
    assert said_by_me(visitor) == ["before", "one\ntwo\nthree"]
    assert len(visitor.transcript()) == 1 + 2 * 2


def test_what_was_tried_stays_as_it_is_and_what_is_written_later_follows_it(
    visitor: Visitor, server: ChatServer
) -> None:
    """It may have arrived, though no answer came: its words must not change under the same id."""
    visitor.open()
    server.go_down()
    visitor.say("one")
    expect(visitor.panel.get_by_role("button", name="Try again")).to_have_count(1)
    visitor.say("two")
    server.come_back()
    visitor.say("three")
    visitor.sees("You said: two three")
    assert server.only().said() == ["one", "two\nthree"]


def test_what_is_not_sent_survives_a_reload(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.go_down()
    visitor.say("one")
    visitor.say("two")
    expect(visitor.panel.get_by_text("Not sent yet").first).to_be_visible()
    visitor.arrive()
    visitor.launcher.click()
    visitor.sees("one two")
    server.come_back()
    visitor.sees("You said: one two")
    assert server.only().said() == ["one\ntwo"]
    assert said_by_me(visitor) == ["one\ntwo"]


def test_what_waits_for_more_words_is_sent_when_the_page_is_left(visitor: Visitor, server: ChatServer) -> None:
    """Who writes and goes may never come back; who does finds it answered, and it is not sent as something new."""
    visitor.open()
    visitor.say("one")
    visitor.say("two")
    visitor.page.goto("about:blank")
    server.wait_for(lambda: server.only().said())
    visitor.open()
    visitor.sees("You said: one two")
    assert server.only().said() == ["one\ntwo"]
    assert said_by_me(visitor) == ["one\ntwo"]


def test_what_another_tab_has_sent_is_not_joined_with_later_words(
    visitor: Visitor, device: BrowserContext, server: ChatServer
) -> None:
    """Words on the shelf are sent by whichever tab is first; under an id that was used, new words would be lost."""
    visitor.page.route("**/events**", lambda route: route.abort())  # the first tab is not told what the second sends
    visitor.open()
    visitor.say("one")
    visitor.input.press_sequentially("t")  # still writing: the first tab waits for more
    other = Visitor(device.new_page(), server).arrive()
    other.launcher.click()
    for _ in range(100):
        if server.only().said():
            break
        visitor.input.press_sequentially("t")
    assert server.only().said() == ["one"]
    visitor.say("two")
    server.wait_for(lambda: len(server.only().said()) > 1)
    assert server.only().said() == ["one", "two"]
    for tab in (visitor, other):
        expect(tab.rows("me")).to_have_text(["one", "two"])


def test_words_another_tab_has_joined_are_not_sent_again(
    visitor: Visitor, device: BrowserContext, server: ChatServer
) -> None:
    visitor.open()
    server.go_down()
    other = Visitor(device.new_page(), server)
    visitor.say("one")
    visitor.input.press_sequentially("t")
    visitor.say("two")
    visitor.input.press_sequentially("t")  # both wait in the first tab, and the second finds both
    server.come_back()
    other.arrive()
    other.launcher.click()
    for tab in (visitor, other):
        tab.sees("You said: one two")
        expect(tab.rows("me")).to_have_text(["one two"])
    assert server.only().said() == ["one\ntwo"]


def test_the_visitor_can_try_again_at_once(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.faults.append(Fault())
    visitor.say("Hello")
    visitor.panel.get_by_role("button", name="Try again").click()
    visitor.sees("You said: Hello")
    assert visitor.focused() == "textarea"


def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_id(visitor: Visitor, server: ChatServer) -> None:
    server.silent = True
    visitor.open()
    server.faults.append(Fault(stored=True))
    visitor.say("Only once")
    visitor.sees("You said: Only once")
    first, second = server.posted()
    assert first == second
    assert server.only().said() == ["Only once"]
    assert said_by_me(visitor) == ["Only once"]


def test_the_stream_tells_what_the_lost_answer_did_not(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.wait_for(lambda: server.open_streams)
    server.faults.append(Fault(status=503, retry_after=60, stored=True))
    visitor.say("Only once")
    visitor.sees("You said: Only once")
    expect(visitor.panel.locator(".state")).to_have_count(0)
    expect(visitor.lost).to_be_hidden()
    assert len(server.posted()) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_a_server_asks_for_is_given(visitor: Visitor, server: ChatServer, status: int) -> None:
    visitor.open()
    server.faults.append(Fault(status=status, retry_after=2))
    began = time.monotonic()
    visitor.say("Patience")
    visitor.panel.get_by_role("button", name="Try again").click()
    visitor.sees("You said: Patience")
    assert time.monotonic() - began >= 2
    first, second = server.posted()
    assert first == second


def test_the_stream_resumes_after_the_last_event(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("Hi")
    visitor.sees("You said: Hi")
    server.wait_for(lambda: server.open_streams)
    server.push("First")
    visitor.sees("First")
    server.silent = True
    server.push("While nobody listened")
    server.drop_streams()
    server.silent = False
    visitor.sees("While nobody listened")
    assert server.streams_asked() == ["0", "2"]
    assert visitor.transcript()[-2:] == [("human", "First"), ("human", "While nobody listened")]


def test_what_arrives_late_stands_where_it_was_said(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.wait_for(lambda: server.open_streams)
    server.silent = True
    server.push("Said first")
    visitor.say("Said second")
    visitor.sees("You said: Said second")
    server.drop_streams()
    server.silent = False
    visitor.sees("Said first")
    assert visitor.transcript()[1:] == [
        ("human", "Said first"),
        ("me", "Said second"),
        ("bot", "You said: Said second"),
    ]


def test_a_lost_stream_is_said_and_found_again(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.wait_for(lambda: server.open_streams)
    server.go_down()
    expect(visitor.lost).to_be_visible()
    server.come_back()
    expect(visitor.lost).to_be_hidden()
    server.push("Here again")
    visitor.sees("Here again")


def test_a_conversation_that_is_gone_makes_place_for_a_new_one(visitor: Visitor, server: ChatServer) -> None:
    server.expected_refusals = {401}
    visitor.open()
    server.conversations.clear()
    visitor.panel.get_by_role("button", name="A mobile app").click()
    visitor.sees("You said: A mobile app")
    assert server.only().said() == ["A mobile app"], "the button belonged to the old question: its words are sent"
    assert "text" in server.posted()[-1]


def test_a_token_that_is_old_after_a_reload_starts_anew(visitor: Visitor, server: ChatServer) -> None:
    server.expected_refusals = {401}
    visitor.open().say("Old")
    visitor.sees("You said: Old")
    server.conversations.clear()
    visitor.open().say("New")
    visitor.sees("You said: New")
    assert server.only().said() == ["New"]


def test_a_refused_message_does_not_hold_up_the_next(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.faults.append(Fault(status=400))
    visitor.say("Refused")
    expect(visitor.panel.locator(".state")).to_have_text(["This message could not be accepted."])
    visitor.say("Fine")
    visitor.sees("You said: Fine")
    expect(visitor.panel.locator(".state")).to_have_text(["This message could not be accepted."])
    assert server.only().said() == ["Fine"]


def test_words_that_are_too_many_are_given_back(visitor: Visitor, server: ChatServer) -> None:
    server.expected_refusals = {413}
    visitor.open()
    words = "word " * 4200 + "end"
    visitor.say(words)
    expect(visitor.notice).to_have_text("This message is too long. Please shorten it and send it again.")
    expect(visitor.input).to_have_value(words)
    expect(visitor.rows("me")).to_have_count(0)
    assert server.only().said() == []


def test_a_start_that_fails_is_tried_again_with_what_was_written_meanwhile(
    visitor: Visitor, server: ChatServer
) -> None:
    server.faults.extend([Fault(), Fault(status=503, retry_after=1)])
    visitor.arrive()
    visitor.launcher.click()
    visitor.say("Is anybody there?")
    visitor.sees("You said: Is anybody there?")
    assert visitor.transcript()[0] == ("bot", "Hello! What can we build for you?")
    assert server.only().said() == ["Is anybody there?"]


def test_a_file_is_sent_again_under_the_same_id(visitor: Visitor, server: ChatServer) -> None:
    server.silent = True
    visitor.open()
    server.faults.append(Fault(stored=True))
    visitor.panel.locator("input[type=file]").set_input_files(
        {"name": "brief.txt", "mimeType": "text/plain", "buffer": b"CRM"}
    )
    visitor.sees("You said: brief.txt")
    assert len([r for r in server.requests if r.path.endswith("/files")]) == 2
    assert server.only().said() == ["brief.txt"]


def test_it_works_where_nothing_may_be_stored(visitor: Visitor, device: BrowserContext, server: ChatServer) -> None:
    device.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    visitor.open().say("Private")
    visitor.sees("You said: Private")
    server.go_down()
    visitor.say("Offline")
    visitor.panel.get_by_text("Not sent yet").wait_for()
    server.come_back()
    visitor.sees("You said: Offline")
    assert server.only().said() == ["Private", "Offline"]


def test_it_works_where_the_store_is_full(visitor: Visitor, device: BrowserContext, server: ChatServer) -> None:
    device.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    visitor.open().say("Full")
    visitor.sees("You said: Full")
    assert server.only().said() == ["Full"]
