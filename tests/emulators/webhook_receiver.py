"""
A webhook receiver that believes nothing unsigned: python tests/emulators/webhook_receiver.py --port N --secret whsec_….

POST /hook: 204 when the signature holds and the age is under five minutes, 401 otherwise.
POST /control/fault {do: status | cut_after | hang, status?, retry_after?, location?, times?}   POST /control/reset {}
GET  /control/received?at_least=N&seconds=S: what came, with its headers and whether the signature held
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

sys.path[0] = str(Path(__file__).resolve().parents[2])
from tests.emulators.loopback import Cut, Request, Response, announce, port_of, start  # noqa: E402 - found only now

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw5v8m5kJ0n0E="


class Receiver:
    def __init__(self, secret: str) -> None:
        self.webhook = Webhook(secret)
        self.received: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.changed = asyncio.Condition()

    async def handle(self, request: Request) -> Response:
        if request.path == "/hook":
            return await self.take(request)
        if request.path == "/control/reset":
            self.received, self.faults = [], []
        elif request.path == "/control/fault":
            self.faults.append({"times": 1, **request.json()})
        elif request.path == "/control/received":
            return Response.of(await self.wait(request))
        else:
            return Response(404)
        return Response.of({})

    async def take(self, request: Request) -> Response:
        try:
            self.webhook.verify(request.body, dict(request.headers))
        except WebhookVerificationError as error:
            status, problem = 401, str(error)
        else:
            status, problem = 204, ""
        body = request.body.decode()
        self.received.append(
            {"headers": dict(request.headers), "raw": body, "body": json.loads(body), "problem": problem}
        )
        async with self.changed:
            self.changed.notify_all()
        fault = next((fault for fault in self.faults if fault["times"] > 0), None)
        if fault is None:
            return Response(status)
        fault["times"] -= 1
        match fault["do"]:
            case "cut_after":
                raise Cut
            case "hang":
                await asyncio.sleep(60)
        headers = {
            name: str(fault[key])
            for name, key in (("retry-after", "retry_after"), ("location", "location"))
            if key in fault
        }
        return Response(fault["status"], b"", headers)

    async def wait(self, request: Request) -> list[dict[str, Any]]:
        at_least = int(request.query.get("at_least", "0"))
        try:
            async with asyncio.timeout(float(request.query.get("seconds", "10"))), self.changed:
                await self.changed.wait_for(lambda: len(self.received) >= at_least)
        except TimeoutError:
            pass
        return self.received


async def main() -> None:
    parser = argparse.ArgumentParser(description="A webhook receiver that verifies signatures.")
    parser.add_argument("--port", type=int, default=8082)
    parser.add_argument("--secret", default=SECRET)
    arguments = parser.parse_args()
    server = await start(Receiver(arguments.secret).handle, arguments.port)
    announce(port_of(server))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
