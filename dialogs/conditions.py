"""
Reads the condition language of framework files.

    need.category                        something is known under the key
    budget.reaction is fine              a value is known (several: `in fine less`)
    timing.deadline within 90d           the window ends at most 90 days after it was said
    people.users at least 20             a number or a sum reaches the bound
    flag timing_tight                    a flag stands
    event product_page_viewed            the lead did this
    unconfirmed authority.role           found by research or told long ago
    not X, X and Y, X or Y, ( … )        "and" binds closer than "or"
"""

import re
from collections.abc import Callable

from scoring.conditions import All, Any, AtLeast, Condition, Flagged, Happened, Is, Known, Not, Unconfirmed, Within
from scoring.values import FactValue

_TOKEN = re.compile(r"\s*(\(|\)|[^\s()]+)")
_WORDS = frozenset({"and", "or", "not", "is", "in", "within", "at", "least", "flag", "event", "unconfirmed", "(", ")"})


class UnreadableCondition(ValueError):  # noqa: N818 - named for what happened
    """The text is no condition; the message says where it stopped making sense."""


def read_condition(text: str) -> Condition:
    """
    The condition a text says.

    Raises:
        UnreadableCondition: With what was expected and what was found.
    """
    tokens = _Tokens(_TOKEN.findall(text))
    condition = _any(tokens)
    if tokens.peek() is not None:
        raise UnreadableCondition(f"expected 'and', 'or' or the end, found {tokens.peek()!r} in {text!r}")
    return condition


class _Tokens:
    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    def peek(self) -> str | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def take(self) -> str:
        word = self.peek()
        if word is None:
            raise UnreadableCondition("expected more, found the end")
        self._at += 1
        return word

    def take_if(self, word: str) -> bool:
        if self.peek() == word:
            self._at += 1
            return True
        return False


def _any(tokens: _Tokens) -> Condition:
    parts = _joined(tokens, "or", _all)
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def _all(tokens: _Tokens) -> Condition:
    parts = _joined(tokens, "and", _one)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _joined(tokens: _Tokens, joint: str, read: Callable[[_Tokens], Condition]) -> list[Condition]:
    parts = [read(tokens)]
    while tokens.take_if(joint):
        parts.append(read(tokens))
    return parts


def _one(tokens: _Tokens) -> Condition:
    word = tokens.take()
    if word == "not":
        return Not(_one(tokens))
    if word == "(":
        inner = _any(tokens)
        if not tokens.take_if(")"):
            raise UnreadableCondition(f"expected ')', found {tokens.peek()!r}")
        return inner
    if word == "flag":
        return Flagged(_name(tokens))
    if word == "event":
        return Happened(_name(tokens))
    if word == "unconfirmed":
        return Unconfirmed(_name(tokens))
    if word in _WORDS:
        raise UnreadableCondition(f"expected a fact such as need.category, found {word!r}")
    return _about(word, tokens)


def _about(key: str, tokens: _Tokens) -> Condition:
    if tokens.take_if("is"):
        return Is(key, (_value(_name(tokens, "a value")),))
    if tokens.take_if("in"):
        values = []
        while (word := tokens.peek()) is not None and word not in _WORDS:
            values.append(_value(tokens.take()))
        if not values:
            raise UnreadableCondition(f"expected values after '{key} in', found {tokens.peek()!r}")
        return Is(key, tuple(values))
    if tokens.take_if("within"):
        return Within(key, _days(tokens.take()))
    if tokens.take_if("at"):
        if not tokens.take_if("least"):
            raise UnreadableCondition(f"expected 'at least', found 'at {tokens.peek()}'")
        return AtLeast(key, _whole(tokens.take()))
    return Known(key)


def _name(tokens: _Tokens, what: str = "a name") -> str:
    word = tokens.take()
    if word in _WORDS:
        raise UnreadableCondition(f"expected {what}, found {word!r}")
    return word


def _value(word: str) -> FactValue:
    return {"true": True, "false": False}.get(word, word)


def _days(word: str) -> int:
    if not word.endswith("d"):
        raise UnreadableCondition(f"expected days such as 90d, found {word!r}")
    return _whole(word[:-1])


def _whole(word: str) -> int:
    if not word.isascii() or not word.isdigit():
        raise UnreadableCondition(f"expected a whole number, found {word!r}")
    return int(word)
