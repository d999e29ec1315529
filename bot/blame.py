"""Where an exception came from, for the log: never its message, which could quote a visitor."""

import traceback


def kind_of(error: BaseException) -> str:
    """The name of what went wrong; of several that went wrong together, of the first."""
    return type(_first(error)).__name__


def place_of(error: BaseException) -> str:
    """Where it went wrong, as file:line; "" if nobody knows."""
    frames = traceback.extract_tb(_first(error).__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
