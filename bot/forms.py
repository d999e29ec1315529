"""Forms as browsers send them, or somebody who only says so."""

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge


async def decoded_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """
    The form in a body.

    Raises:
        ClientException: It cannot be read; the reason does not quote it.
    """
    try:
        return await request.form()
    except RequestEntityTooLarge:
        raise
    except (ClientException, LookupError, ValueError):  # no form, an encoding nobody knows, signs not of it
        raise ClientException("the body is no form we read: expected multipart/form-data, its texts in UTF-8") from None
