"""
A mail server that keeps what it gets: python tests/emulators/smtp_sink.py --port N [--user U --password P].

Says two ports: that of SMTP and that of its control.
POST /control/fault {at: connect | rcpt | data, code, times?}      POST /control/reset {}
GET  /control/mails?at_least=N&seconds=S: envelope and raw message of each mail
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

sys.path[0] = str(Path(__file__).resolve().parents[2])
from tests.emulators.loopback import Request, Response, announce, port_of, start  # noqa: E402 - found only now


class Sink:
    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password
        self.mails: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.changed = asyncio.Condition()

    def fault(self, at: str) -> str:
        for fault in self.faults:
            if fault["at"] == at and fault["times"] > 0:
                fault["times"] -= 1
                return f"{fault['code']} on demand"
        return ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.fault("rcpt"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self.fault("data"):
            return answer
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.mails.append(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "raw": content.decode(),
                "signed_in": bool(session.authenticated),
            }
        )
        async with self.changed:
            self.changed.notify_all()
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        right = (data.login, data.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=right, handled=False)

    def serve(self) -> SMTP:
        return SMTP(
            self,
            hostname="sink.example",
            authenticator=self.authenticate,
            auth_require_tls=False,
            auth_required=bool(self.user),
            enable_SMTPUTF8=True,
        )

    async def control(self, request: Request) -> Response:
        if request.path == "/control/reset":
            self.mails, self.faults = [], []
        elif request.path == "/control/fault":
            self.faults.append({"times": 1, **request.json()})
        elif request.path == "/control/mails":
            at_least = int(request.query.get("at_least", "0"))
            try:
                async with asyncio.timeout(float(request.query.get("seconds", "10"))), self.changed:
                    await self.changed.wait_for(lambda: len(self.mails) >= at_least)
            except TimeoutError:
                pass
            return Response.of(self.mails)
        else:
            return Response(404)
        return Response.of({})


async def main() -> None:
    parser = argparse.ArgumentParser(description="A mail server that keeps what it gets.")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    arguments = parser.parse_args()
    sink = Sink(arguments.user, arguments.password)
    mail = await asyncio.get_running_loop().create_server(sink.serve, "127.0.0.1", arguments.port)
    control = await start(sink.control, arguments.control_port)
    announce(port_of(mail), port_of(control))
    await asyncio.gather(mail.serve_forever(), control.serve_forever())


if __name__ == "__main__":
    asyncio.run(main())
