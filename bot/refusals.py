"""What callers hear when something is refused or fails: a status, a reason, and never more than they may know."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException

from bot.blame import kind_of, place_of
from bot.channels.web import REFUSAL
from storage.errors import NoSuchConversation, StorageError, StoreBusy

log = structlog.get_logger("banter.app")

AnyRequest = Request[Any, Any, Any]
_TOO_LARGE = 413


def storage_failed(request: AnyRequest, error: StorageError) -> Response[dict[str, Any]]:
    """Nothing was stored: when to send it again; a conversation that is gone is told as a wrong token is."""
    if isinstance(error, NoSuchConversation):
        return refused(request, NotAuthorizedException(REFUSAL))
    wait = error.retry_after if isinstance(error, StoreBusy) else 5.0
    log.error("storage_failed", error=type(error).__name__, problem=str(error))
    detail = "the message could not be stored; send it again with the same id"
    headers = {"retry-after": str(max(1, round(wait)))}
    return Response({"status_code": 503, "detail": detail}, status_code=503, headers=headers)


def refused(request: AnyRequest, error: HTTPException) -> Response[dict[str, Any]]:
    """The reason, with the fields at fault where there are any."""
    body: dict[str, Any] = {"status_code": error.status_code, "detail": error.detail}
    if error.status_code == _TOO_LARGE and error.detail == "Request Entity Too Large":
        limit = request.route_handler.resolve_request_max_body_size() or 0
        body["detail"] = f"the body is too large: at most {limit // 1024} kB are taken here"
    if isinstance(error.extra, list):
        faults = [one for one in error.extra if isinstance(one, dict)]
        body["extra"] = [{"key": one.get("key"), "message": one.get("message")} for one in faults]
        if faults:  # in place of "Validation failed for" and an address
            body["detail"] = "; ".join(f"{one.get('key') or 'body'}: {one.get('message')}" for one in faults)
    return Response(body, status_code=error.status_code, headers=error.headers)


def broken(request: AnyRequest, error: Exception) -> Response[dict[str, Any]]:
    """Our bug: logged by kind and place only, for a message may quote a visitor and an address may hold a token."""
    route = f"{request.method} {request.scope.get('path_template') or '(no route)'}"
    log.error("request_failed", route=route, error=kind_of(error), at=place_of(error))
    return Response({"status_code": 500, "detail": "something broke on our side; it has been noted"}, status_code=500)
