"""
A strict twin of the Telegram Bot API on the loopback: python tests/emulators/telegram_api.py --port N [--token T].

What the Bot API forbids is refused here in the same words. Visitors, faults and inspection come through /control/…:

POST message   {chat, text, language?, name?, username?, type?}         POST tap    {chat, message_id, data, force?}
POST file      {chat, kind, name?, content (base64)?, size?, caption?}  POST update {a raw update without its id}
POST block     {chat}: the visitor blocks the bot
POST fault     {method, do: status | delay | cut | cut_after | hang, status?, description?, retry_after?,
            migrate_to?, seconds?, times?}
POST pace      {per_chat: seconds between messages of a chat}           POST reset  {}
GET  sent      ?method=sendMessage&at_least=N&seconds=S: calls that had an effect; waits until there are so many
GET  calls     ?method=getUpdates: every call, refused ones too         GET pending: updates nobody confirmed
"""

import argparse
import asyncio
import base64
import json
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[2])
from tests.emulators.loopback import Cut, Request, Response, announce, port_of, start  # noqa: E402 - found only now

TOKEN = "12345:TEST-token_of-the-emulator"
BOT = {"id": 12345, "is_bot": True, "first_name": "Banter", "username": "banter_test_bot"}
JITTER = 0.15  # seconds a message may be early: two clocks and a wire lie between


class Refusal(Exception):  # noqa: N818
    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


class Markup(HTMLParser):
    """Telegram's HTML: a few tags, closed in order."""

    ALLOWED = frozenset({"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.ALLOWED:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal(400, "Bad Request: can't parse entities: Unmatched end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.text += data


def visible(text: str, parse_mode: str) -> str:
    """What is left when the markup is understood."""
    if parse_mode != "HTML":
        return text
    parser = Markup()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise Refusal(
            400,
            f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1]}\"",
        )
    return parser.text


class Telegram:
    def __init__(self, token: str) -> None:
        self.token = token
        self.changed = asyncio.Condition()
        self.deliveries: asyncio.Task[None] | None = None
        self.clear()

    def clear(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.next_update = 700_000_001
        self.next_message = 1
        self.chats: dict[int, dict[str, Any]] = {}
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.open_queries: set[str] = set()
        self.webhook: dict[str, Any] = {}
        self.poll = 0  # number of the poll that counts
        self.per_chat = 1.0
        self.last_sent: dict[int, float] = defaultdict(float)

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    # What visitors do

    def push(self, update: dict[str, Any]) -> int:
        number = self.next_update
        self.next_update += 1
        self.updates.append({"update_id": number, **update})
        return number

    def chat(self, number: int, kind: str = "private") -> dict[str, Any]:
        return self.chats.setdefault(number, {"id": number, "type": kind, "blocked": False})

    def incoming(self, order: dict[str, Any], **content: object) -> dict[str, Any]:
        chat = self.chat(order["chat"], order.get("type", "private"))
        message = {
            "message_id": self.next_message,
            "date": int(time.time()),
            "chat": {"id": chat["id"], "type": chat["type"]},
            "from": self.user(order),
            **content,
        }
        self.next_message += 1
        self.messages[chat["id"], message["message_id"]] = message
        return message

    def user(self, order: dict[str, Any]) -> dict[str, Any]:
        user = {"id": abs(order["chat"]), "is_bot": False, "first_name": order.get("name", "Visitor")}
        return user | {
            theirs: order[ours]
            for ours, theirs in (("language", "language_code"), ("username", "username"))
            if ours in order
        }

    def control_message(self, order: dict[str, Any]) -> object:
        return {"update_id": self.push({"message": self.incoming(order, text=order["text"])})}

    def control_tap(self, order: dict[str, Any]) -> object:
        message = self.messages.get((order["chat"], order["message_id"]))
        buttons = [b for row in (message or {}).get("reply_markup", {}).get("inline_keyboard", []) for b in row]
        if not order.get("force") and order["data"] not in [button.get("callback_data") for button in buttons]:
            raise Refusal(400, "there is no such button")
        query = f"tap-{self.next_update}"
        self.open_queries.add(query)
        fields = {"id": query, "from": self.user(order), "chat_instance": "1", "data": order["data"]}
        return {"update_id": self.push({"callback_query": fields | ({"message": message} if message else {})})}

    def control_file(self, order: dict[str, Any]) -> object:
        content = base64.b64decode(order.get("content", ""))
        file_id = f"file-{self.next_update}"
        self.files[file_id] = (f"documents/{file_id}.bin", content)
        size = order.get("size", len(content))
        item: Any = {"file_id": file_id, "file_unique_id": file_id, "file_size": size}
        kind = order.get("kind", "document")
        if kind == "document" and "name" in order:
            item["file_name"] = order["name"]
        if kind == "photo":
            item = [
                {**item, "file_id": "small", "width": 90, "height": 90, "file_size": 10},
                {**item, "width": 800, "height": 800},
            ]
        elif kind == "voice":
            item["duration"] = 3
        elif kind == "sticker":
            item |= {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        caption = {"caption": order["caption"]} if "caption" in order else {}
        return {"update_id": self.push({"message": self.incoming(order, **{kind: item}, **caption)})}

    def control_update(self, order: dict[str, Any]) -> object:
        return {"update_id": self.push(order)}

    def control_block(self, order: dict[str, Any]) -> object:
        chat = self.chat(order["chat"])
        chat["blocked"] = True
        member = {"user": BOT, "status": "kicked", "until_date": 0}
        change = {
            "chat": {"id": chat["id"], "type": "private"},
            "from": self.user(order),
            "date": int(time.time()),
            "old_chat_member": {"user": BOT, "status": "member"},
            "new_chat_member": member,
        }
        return {"update_id": self.push({"my_chat_member": change})}

    def control_fault(self, order: dict[str, Any]) -> object:
        self.faults.append({"times": 1, **order})
        return {}

    def control_pace(self, order: dict[str, Any]) -> object:
        self.per_chat = order["per_chat"]
        return {}

    def control_reset(self, _order: dict[str, Any]) -> object:
        self.clear()
        return {}

    async def seen(self, name: str, query: dict[str, str]) -> object:
        def rows() -> list[dict[str, Any]]:
            found = {"sent": self.sent, "calls": self.calls, "pending": self.updates}[name]
            return [row for row in found if "method" not in query or row.get("method") == query["method"]]

        at_least = int(query.get("at_least", "0"))
        try:
            async with asyncio.timeout(float(query.get("seconds", "10"))), self.changed:
                await self.changed.wait_for(lambda: len(rows()) >= at_least)
        except TimeoutError:
            pass
        return rows()

    # What the bot calls

    async def fault(self, method: str) -> dict[str, Any]:
        for fault in self.faults:
            if fault["method"] == method and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return {}

    async def call(self, method: str, params: dict[str, Any]) -> object:
        self.calls.append({"method": method, **params})
        await self.notify()
        fault = await self.fault(method)
        match fault.get("do"):
            case "status":
                wait = fault.get("retry_after")
                parameters = {} if wait is None else {"retry_after": wait}
                if "migrate_to" in fault:
                    parameters = {"migrate_to_chat_id": fault["migrate_to"]}
                words = (
                    f"Too Many Requests: retry after {wait}" if wait is not None else fault.get("description", "Fault")
                )
                raise Refusal(fault["status"], words, **parameters)
            case "delay":
                await asyncio.sleep(fault["seconds"])
            case "cut":
                raise Cut
        handler = getattr(self, f"do_{method.lower()}", None)
        if handler is None:
            raise Refusal(404, "Not Found")
        result = handler(params)
        if asyncio.iscoroutine(result):
            result = await result
        if method != "getUpdates":
            self.sent.append({"method": method, "at": time.time(), "result": result, **params})
            await self.notify()
        match fault.get("do"):
            case "cut_after":
                raise Cut
            case "hang":
                await asyncio.sleep(fault.get("seconds", 60))
        return result

    def do_getme(self, _params: dict[str, Any]) -> object:
        return BOT

    async def do_getupdates(self, params: dict[str, Any]) -> object:
        if self.webhook.get("url"):
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self.poll += 1
        mine = self.poll
        await self.notify()
        offset = params.get("offset")
        if offset is not None:  # only now are older ones forgotten
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        allowed = params.get("allowed_updates")

        def ready() -> list[dict[str, Any]]:
            return [u for u in self.updates if not allowed or any(kind in u for kind in allowed)][
                : params.get("limit", 100)
            ]

        try:
            async with asyncio.timeout(min(params.get("timeout", 0), 50)), self.changed:
                await self.changed.wait_for(lambda: ready() or self.poll != mine or bool(self.webhook.get("url")))
        except TimeoutError:
            pass
        if self.poll != mine:
            raise Refusal(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        if self.webhook.get("url"):
            raise Refusal(409, "Conflict: terminated by setWebhook request")
        return ready()

    def reachable(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self.chats.get(int(params.get("chat_id", 0)))
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat["blocked"]:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def do_sendmessage(self, params: dict[str, Any]) -> object:
        chat = self.reachable(params)
        text = visible(params.get("text", ""), params.get("parse_mode", "")).strip()
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        self.check_keyboard(params)
        now = time.monotonic()
        early = self.last_sent[chat["id"]] + self.per_chat - now if self.last_sent[chat["id"]] else 0.0
        if early > JITTER:
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        self.last_sent[chat["id"]] = now
        message = {
            "message_id": self.next_message,
            "date": int(time.time()),
            "chat": {"id": chat["id"], "type": chat["type"]},
            "from": BOT,
            "text": text,
        }
        if "reply_markup" in params:
            message["reply_markup"] = params["reply_markup"]
        self.next_message += 1
        self.messages[chat["id"], message["message_id"]] = message
        return message

    def check_keyboard(self, params: dict[str, Any]) -> None:
        for row in params.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if not button.get("text"):
                    raise Refusal(400, "Bad Request: inline keyboard button text is empty")
                if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                    raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")

    def do_editmessagereplymarkup(self, params: dict[str, Any]) -> object:
        message = self.messages.get((params["chat_id"], params["message_id"]))
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        self.check_keyboard(params)
        if message.get("reply_markup") == params.get("reply_markup"):
            raise Refusal(400, "Bad Request: message is not modified")
        message["reply_markup"] = params.get("reply_markup", {"inline_keyboard": []})
        return message

    def do_sendchataction(self, params: dict[str, Any]) -> object:
        self.reachable(params)
        return True

    def do_answercallbackquery(self, params: dict[str, Any]) -> object:
        if params["callback_query_id"] not in self.open_queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.open_queries.remove(params["callback_query_id"])
        return True

    def do_getfile(self, params: dict[str, Any]) -> object:
        if params["file_id"] not in self.files:
            raise Refusal(400, "Bad Request: invalid file_id")
        path, content = self.files[params["file_id"]]
        if len(content) > 20 * 1024 * 1024:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": params["file_id"], "file_unique_id": "f", "file_size": len(content), "file_path": path}

    def do_setwebhook(self, params: dict[str, Any]) -> object:
        self.webhook = {
            "url": params["url"],
            "secret": params.get("secret_token", ""),
            "allowed_updates": params.get("allowed_updates"),
        }
        if self.deliveries is None:
            self.deliveries = asyncio.create_task(self.deliver())
        return True

    def do_deletewebhook(self, params: dict[str, Any]) -> object:
        self.webhook = {}
        if params.get("drop_pending_updates"):
            self.updates.clear()
        return True

    def do_getwebhookinfo(self, _params: dict[str, Any]) -> object:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }

    async def deliver(self) -> None:
        """Bring updates to the webhook, oldest first, each again until it is answered with 2xx."""
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda: bool(self.webhook.get("url") and self.updates))
            update = self.updates[0]
            status = await asyncio.to_thread(self.post, dict(self.webhook), update)
            self.calls.append({"method": "webhook", "update_id": update["update_id"], "status": status})
            if 200 <= status < 300 and self.updates and self.updates[0] is update:
                self.updates.pop(0)
            else:
                await asyncio.sleep(0.1)
            await self.notify()

    @staticmethod
    def post(webhook: dict[str, Any], update: dict[str, Any]) -> int:
        request = urllib.request.Request(
            webhook["url"],
            json.dumps(update).encode(),
            {"content-type": "application/json", "x-telegram-bot-api-secret-token": webhook["secret"]},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    # The wire

    async def handle(self, request: Request) -> Response:
        _, first, *rest = request.path.split("/")
        try:
            if first == "control":
                return Response.of(await self.control(request, rest[0]))
            if first == "file":
                return self.download(rest)
            if first != f"bot{self.token}" or len(rest) != 1:
                # The Bot API answers 401 to a token it does not know and 404 to what does not look like one.
                raise Refusal(401, "Unauthorized") if ":" in first else Refusal(404, "Not Found")
            return Response.of({"ok": True, "result": await self.call(rest[0], {**request.query, **request.json()})})
        except Refusal as error:
            answer = {"ok": False, "error_code": error.code, "description": str(error)}
            return Response.of(answer | ({"parameters": error.parameters} if error.parameters else {}), error.code)

    async def control(self, request: Request, name: str) -> object:
        if request.method == "GET":
            return await self.seen(name, dict(request.query))
        answer = getattr(self, f"control_{name}")(request.json())
        await self.notify()
        return answer

    def download(self, rest: list[str]) -> Response:
        token, *path = rest
        for wanted, content in self.files.values():
            if token == f"bot{self.token}" and wanted == "/".join(path):
                return Response(200, content, {"content-type": "application/octet-stream"})
        raise Refusal(404, "Not Found")


async def main() -> None:
    parser = argparse.ArgumentParser(description="A twin of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    server = await start(Telegram(arguments.token).handle, arguments.port)
    announce(port_of(server))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
