"""What a visitor and a page do with the widget while everything works."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.bot.widget.visitor import Visitor
from tests.emulators.chat_server import ChatServer

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def test_nothing_is_asked_of_the_server_until_the_visitor_opens_the_chat(visitor: Visitor, server: ChatServer) -> None:
    visitor.arrive()
    visitor.page.wait_for_timeout(300)
    assert server.requests == []
    visitor.launcher.click()
    visitor.sees("Hello! What can we build for you?")
    assert server.requests[0].json() == {"framework": "bant", "language": "en", "page": server.site}


def test_the_visitor_and_the_bot_talk(visitor: Visitor, server: ChatServer) -> None:
    server.says["A shop"] = [("Good.\nAnd by when?", []), ("A month is enough.", [])]
    visitor.open().say("A shop")
    visitor.sees("A month is enough.")
    assert visitor.transcript() == [
        ("bot", "Hello! What can we build for you?"),
        ("me", "A shop"),
        ("bot", "Good.\nAnd by when?"),
        ("bot", "A month is enough."),
    ]


def test_nothing_but_the_token_in_the_header_says_who_it_is(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("Hi")
    visitor.sees("You said: Hi")
    token = server.only().token
    assert all(token not in request.path for request in server.requests)
    assert all("cookie" not in request.headers for request in server.requests)
    assert {request.headers.get("authorization") for request in server.requests[1:]} == {f"Bearer {token}"}


def test_a_tapped_choice_becomes_the_visitors_words(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.delay = 0.4
    visitor.panel.get_by_role("button", name="A mobile app").click()
    assert visitor.choices.evaluate_all("all => all.map(one => one.disabled)") == [True, True, True]
    visitor.sees("You said: A mobile app")
    assert visitor.transcript()[1] == ("me", "A mobile app")
    (posted,) = server.posted()
    assert posted["choice"] == "0:q:1"
    expect(visitor.choices).to_have_count(0)


def test_free_text_is_taken_while_choices_are_offered(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("Neither, thanks")
    visitor.sees("You said: Neither, thanks")
    expect(visitor.choices).to_have_count(0)
    assert server.only().said() == ["Neither, thanks"]


def test_only_the_last_message_has_buttons(visitor: Visitor, server: ChatServer) -> None:
    server.says["more"] = [("One", ["a"]), ("Two", ["b", "c"])]
    visitor.open().say("more")
    visitor.sees("Two")
    expect(visitor.choices).to_have_text(["b", "c"])


def test_messages_written_in_a_row_are_seen_at_once_and_sent_as_one(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    for word in ("one", "two", "three", "four"):
        visitor.say(word)
        visitor.sees(word)
    visitor.sees("You said: one two three four")
    assert [body["text"] for body in server.posted()] == ["one\ntwo\nthree\nfour"]
    assert visitor.transcript()[1:] == [("me", "one\ntwo\nthree\nfour"), ("bot", "You said: one\ntwo\nthree\nfour")]
    visitor.open()
    assert visitor.transcript()[1] == ("me", "one\ntwo\nthree\nfour"), "a reload shows the same"


def test_messages_with_a_pause_between_them_are_sent_one_after_another_in_order(
    visitor: Visitor, server: ChatServer
) -> None:
    visitor.open()
    for word in ("one", "two", "three"):
        visitor.say(word)
        visitor.sees(f"You said: {word}")
    assert [body["text"] for body in server.posted()] == ["one", "two", "three"]
    pairs = [[("me", word), ("bot", f"You said: {word}")] for word in ("one", "two", "three")]
    assert visitor.transcript()[1:] == [line for pair in pairs for line in pair], "each answer under its message"


def test_nothing_is_sent_while_the_visitor_is_still_writing(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("we need a shop")
    visitor.input.press_sequentially("and a warehouse", delay=110)  # longer than words alone would wait
    assert server.posted() == []
    visitor.input.press("Enter")
    visitor.sees("You said: we need a shop and a warehouse")
    assert [body["text"] for body in server.posted()] == ["we need a shop\nand a warehouse"]


def test_words_are_sent_though_the_next_ones_are_never_finished(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("we need a shop")
    visitor.input.fill("and")
    visitor.sees("You said: we need a shop")
    assert visitor.input.input_value() == "and"


def test_the_bot_is_seen_to_type_while_an_answer_is_awaited(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.delay = 1.5
    visitor.say("Slow one")
    expect(visitor.dots).to_be_visible()
    expect(visitor.panel.locator(".about")).to_have_text("typing…")
    expect(visitor.panel.locator(".state")).to_have_text("Sending…")
    visitor.sees("You said: Slow one")
    expect(visitor.dots).to_be_hidden()
    expect(visitor.panel.locator(".state")).to_have_count(0)


def test_a_reload_brings_the_conversation_back(visitor: Visitor, server: ChatServer) -> None:
    server.says["A shop"] = [("By when?", ["This month", "Later"])]
    visitor.open().say("A shop")
    visitor.sees("By when?")
    before = visitor.transcript()
    visitor.open()
    expect(visitor.choices).to_have_text(["This month", "Later"])
    assert visitor.transcript() == before
    visitor.panel.get_by_role("button", name="Later").click()
    visitor.sees("You said: Later")
    assert server.only().said() == ["A shop", "Later"]


def test_what_was_being_written_survives_a_reload(visitor: Visitor) -> None:
    visitor.open().input.fill("Half a sent")
    visitor.open()
    expect(visitor.input).to_have_value("Half a sent")


def test_a_persons_message_arrives_by_itself_and_looks_different(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.wait_for(lambda: server.open_streams)
    server.push("Anna here, good morning: Zażółć gęślą jaźń", "Shall we talk?")
    visitor.sees("Shall we talk?")
    expect(visitor.rows("human")).to_have_count(2)
    expect(visitor.panel.locator(".row.human .who").first).to_have_text("Our team")
    assert visitor.transcript()[1] == ("human", "Anna here, good morning: Zażółć gęślą jaźń")


def test_nobody_is_said_to_type_while_a_person_has_the_conversation(visitor: Visitor, server: ChatServer) -> None:
    server.says["Hello Anna"] = []
    visitor.open()
    server.push("Anna here")
    visitor.sees("Anna here")
    server.delay = 0.5
    visitor.say("Hello Anna")
    expect(visitor.dots).to_be_hidden()
    expect(visitor.panel.locator(".state")).to_have_count(0)
    assert server.only().said() == ["Hello Anna"]


def test_the_launcher_counts_what_came_while_the_chat_was_closed(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    server.wait_for(lambda: server.open_streams)
    visitor.page.keyboard.press("Escape")
    server.push("Are you still there?", "I have a question.")
    expect(visitor.launcher).to_have_accessible_name("Open chat. New messages: 2")
    visitor.arrive()
    expect(visitor.launcher).to_have_accessible_name("Open chat. New messages: 2")
    visitor.launcher.click()
    visitor.sees("I have a question.")
    visitor.page.keyboard.press("Escape")
    expect(visitor.launcher).to_have_accessible_name("Open chat")


def test_two_tabs_show_the_same_conversation(visitor: Visitor, device: BrowserContext, server: ChatServer) -> None:
    visitor.open()
    other = Visitor(device.new_page(), server).open()
    server.wait_for(lambda: server.open_streams == 2)
    visitor.say("From the first")
    other.sees("You said: From the first")
    visitor.sees("You said: From the first")
    assert other.transcript() == visitor.transcript()
    assert len(server.conversations) == 1


def test_another_tab_follows_into_a_new_chat(visitor: Visitor, device: BrowserContext, server: ChatServer) -> None:
    visitor.open()
    other = Visitor(device.new_page(), server).open()
    other.say("Old words")
    other.sees("You said: Old words")
    visitor.panel.get_by_role("button", name="Start a new chat").click()
    visitor.notice.get_by_role("button", name="Start a new chat").click()
    expect(other.panel.locator(".row")).to_have_count(1)
    other.say("New words")
    visitor.sees("You said: New words")
    assert [found.said() for found in server.conversations.values()] == [["Old words"], ["New words"]]


def test_replies_on_their_way_do_not_follow_into_a_new_chat(visitor: Visitor, server: ChatServer) -> None:
    """Replies appear one after another; ids of two conversations are alike, so one would keep out the other."""
    server.says["A shop"] = [("First. " + "x" * 150, []), ("Second. " + "x" * 150, ["Old button"]), ("Third.", [])]
    server.says["A bakery"] = [("About bakeries.", [])]
    visitor.open().say("A shop")
    visitor.panel.get_by_text("First.").wait_for()
    visitor.page.evaluate(
        "() => { const chat = document.querySelector('#banter-chat').shadowRoot;"
        " chat.querySelector('header .tool').click(); chat.querySelector('.notice button').click(); }"
    )
    server.wait_for(lambda: len(server.conversations) == 2)
    expect(visitor.panel.locator(".row")).to_have_count(1)
    visitor.say("A bakery")
    visitor.sees("About bakeries.")
    assert [text for _, text in visitor.transcript()][1:] == ["A bakery", "About bakeries."]
    expect(visitor.panel.get_by_text("Old button")).to_have_count(0)


def test_a_new_chat_begins_after_asking(visitor: Visitor, server: ChatServer) -> None:
    visitor.open().say("Hi")
    visitor.sees("You said: Hi")
    visitor.panel.get_by_role("button", name="Start a new chat").click()
    visitor.notice.get_by_role("button", name="Stay here").click()
    visitor.sees("You said: Hi")
    visitor.panel.get_by_role("button", name="Start a new chat").click()
    visitor.notice.get_by_role("button", name="Start a new chat").click()
    server.wait_for(lambda: len(server.conversations) == 2)
    expect(visitor.panel.locator(".row")).to_have_count(1)
    visitor.say("Again")
    visitor.sees("You said: Again")
    assert [found.said() for found in server.conversations.values()] == [["Hi"], ["Again"]]


def test_a_file_is_sent(visitor: Visitor, server: ChatServer) -> None:
    visitor.open()
    visitor.panel.locator("input[type=file]").set_input_files(
        {"name": "ТЗ.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    visitor.sees("You said: ТЗ.pdf")
    assert server.only().said() == ["ТЗ.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("brief.exe", b"MZ", "Please send a PDF, DOCX, XLSX, TXT, MD, PNG or JPG file."),
        ("brief.pdf", b"x" * (10 * 1024 * 1024 + 1), "This file is too big: 10 MB is the most we can take."),
        ("brief.txt", b"", "This file is empty."),
    ],
)
def test_a_file_that_cannot_be_taken_is_said_to_be_so(
    visitor: Visitor, server: ChatServer, name: str, content: bytes, said: str
) -> None:
    visitor.open()
    visitor.panel.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(visitor.notice).to_have_text(said)
    assert server.posted("files") == []


def test_signals_wait_for_the_conversation(visitor: Visitor, server: ChatServer) -> None:
    visitor.arrive()
    visitor.page.evaluate("Banter.signal('price_page_viewed')")
    visitor.open()
    server.wait_for(lambda: server.only().signals)
    visitor.page.evaluate("Banter.signal('product_page_viewed')")
    server.wait_for(lambda: len(server.only().signals) == 2)
    assert server.only().signals == ["price_page_viewed", "product_page_viewed"]


def test_the_page_opens_closes_and_listens(visitor: Visitor) -> None:
    visitor.server.markup = "<button type='button' data-banter-open>Talk to us</button>"
    visitor.arrive()
    visitor.page.evaluate(
        "() => { window.heard = []; for (const name of ['open', 'close', 'start', 'message'])"
        " Banter.on(name, (detail) => heard.push([name, detail.author])); }"
    )
    visitor.page.get_by_role("button", name="Talk to us").click()
    visitor.rows("bot").first.wait_for()
    visitor.say("Hi")
    visitor.sees("You said: Hi")
    visitor.page.evaluate("Banter.close()")
    expect(visitor.panel).to_be_hidden()
    expect(visitor.page.get_by_role("button", name="Talk to us")).to_be_focused()
    assert visitor.page.evaluate("heard.map(([name, author]) => author || name)") == [
        "open", "start", "bot", "visitor", "bot", "close",
    ]  # fmt: skip


def test_the_page_gets_one_global(visitor: Visitor) -> None:
    visitor.server.attributes = {}
    visitor.arrive()
    added = visitor.page.evaluate(
        "() => { const frame = document.createElement('iframe'); document.body.append(frame);"
        " const usual = new Set(Object.getOwnPropertyNames(frame.contentWindow));"
        " return Object.getOwnPropertyNames(window).filter((name) => !usual.has(name) && !/^\\d+$/.test(name)); }"
    )
    assert [name for name in added if not name.startswith("__")] == ["Banter"]
    assert visitor.page.evaluate("Object.keys(Banter)") == ["open", "close", "track", "signal", "on"]


def test_a_page_tells_what_is_done_on_it_without_a_script(visitor: Visitor, server: ChatServer) -> None:
    server.attributes["data-event"] = "product_page_viewed"
    visitor.arrive()
    visitor.page.evaluate(
        "() => { const make = (name) => document.createElement(name), star = make('i');"
        " const like = document.body.appendChild(make('p'));"
        " like.dataset.banterEvent = 'favourite_added'; star.id = star.textContent = 'star'; like.append(star); }"
    )
    visitor.page.locator("#star").click()
    assert server.posted("signals") == []  # nobody is watched who does not talk
    visitor.page.evaluate("Banter.open()")
    server.wait_for(lambda: server.conversations)
    server.wait_for(lambda: len(server.only().signals) == 2)
    assert server.only().signals == ["product_page_viewed", "favourite_added"]


@pytest.mark.parametrize("text", [EVIL, "{{7*7}} ${1} &lt;b&gt;", "👩‍👩‍👧 \u202eabc"])
def test_what_is_said_stays_text(visitor: Visitor, server: ChatServer, text: str) -> None:
    """The page's policy would stop a script; here not even an element comes about."""
    visitor.open().say(text)
    visitor.rows("bot").nth(1).wait_for()
    assert visitor.rows("me").evaluate_all("all => all.map(one => one.textContent)") == [text]
    assert visitor.rows("bot").nth(1).evaluate("one => one.textContent") == f"You said: {text}"
    visitor.open()
    expect(visitor.panel.locator(".log :is(img, script)")).to_have_count(0)
    expect(visitor.panel.locator(".bubble :is(b, i, svg)")).to_have_count(0)
    expect(visitor.page).to_have_title("Any site")


def test_evil_labels_and_choices_stay_text(visitor: Visitor, server: ChatServer) -> None:
    server.says["?"] = [("Choose", [EVIL])]
    visitor.open().say("?")
    expect(visitor.choices).to_have_count(1)
    visitor.choices.click()
    visitor.sees("You said: " + EVIL)
    expect(visitor.panel.locator(".log :is(img, script)")).to_have_count(0)


def test_only_https_addresses_of_ours_become_links(visitor: Visitor, server: ChatServer) -> None:
    good = "See https://northlight.example/a?b=1&c=2, (https://northlight.example/d). "
    bad = "Not http://northlight.example javascript:alert(1) https:// data:text/html,x"
    server.says["links"] = [(good + bad, [])]
    visitor.open().say("links")
    expect(visitor.panel.locator(".row.bot a")).to_have_count(2)
    links = visitor.panel.locator(".row.bot a").evaluate_all("all => all.map(a => [a.href, a.target, a.rel])")
    assert links == [
        ["https://northlight.example/a?b=1&c=2", "_blank", "noopener noreferrer"],
        ["https://northlight.example/d", "_blank", "noopener noreferrer"],
    ]
    visitor.say("https://visitor.example")
    visitor.sees("https://visitor.example")
    expect(visitor.panel.locator(".row.me a")).to_have_count(0)


@pytest.mark.parametrize(
    ("wished", "html", "options", "name"),
    [
        ("pl", "en", {}, "Otwórz czat"),
        ("auto", "uk-UA", {}, "Відкрити чат"),
        ("auto", "de-AT", {}, "Chat öffnen"),
        ("auto", "fr", {"locale": "ru-KZ"}, "Открыть чат"),
        ("xx", "", {"locale": "fr-FR"}, "Open chat"),
    ],
)
def test_the_language_is_the_wished_or_the_pages_or_the_browsers(
    visitor: Visitor, server: ChatServer, wished: str, html: str, name: str
) -> None:
    server.attributes["data-language"] = wished
    server.page_language = html
    visitor.arrive()
    expect(visitor.launcher).to_have_accessible_name(name)


def test_the_company_chooses_title_colour_and_side(visitor: Visitor, server: ChatServer) -> None:
    server.attributes |= {"data-title": "Northlight <b>", "data-color": "#fd0", "data-position": "left"}
    visitor.open()
    expect(visitor.panel).to_have_accessible_name("Northlight <b>")
    box = visitor.panel.bounding_box()
    assert box is not None
    assert box["x"] < 40
    colours = visitor.panel.locator(".send").evaluate(
        "b => [getComputedStyle(b).backgroundColor, getComputedStyle(b).color]"
    )
    assert colours == ["rgb(255, 221, 0)", "rgb(0, 0, 0)"], "a light colour gets dark writing"


def test_the_campaign_that_brought_the_visitor_is_told(visitor: Visitor, server: ChatServer) -> None:
    visitor.page.goto(f"{server.site}?utm_source=google&utm_campaign=spring&email=a@b.example")
    visitor.arrive()
    visitor.launcher.click()
    visitor.rows("bot").first.wait_for()
    assert server.requests[0].json()["source"] == "google / spring"
    assert server.requests[0].json()["page"] == server.site


def test_the_page_cannot_restyle_the_widget(visitor: Visitor, server: ChatServer) -> None:
    visitor.arrive()
    visitor.page.evaluate(
        "() => { const sheet = new CSSStyleSheet();"
        " sheet.replaceSync('* { display: none !important; } html, body, body > * { display: block !important;"
        " color: red; font-size: 40px; text-transform: uppercase }'); document.adoptedStyleSheets = [sheet]; }"
    )
    visitor.launcher.click()
    visitor.rows("bot").first.wait_for()
    style = visitor.rows("bot").first.evaluate(
        "b => { const s = getComputedStyle(b); return [s.fontSize, s.textTransform, s.color] }"
    )
    assert style == ["15px", "none", "rgb(26, 30, 35)"]
