"""Phrases packed away are found again, whole, and only those in use are held as objects."""

import pickle

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.packed import KEPT, Packed
from dialogs.reading.phrases import Book, Entry, compile_book, split_words

LEXICON = Lexicon("en", "lexicon.yaml", {"sets": {"boss": ["boss", "chief ...2 officer"]}})
WRITTEN = ["^ hello", "<boss> of [the|our] firm*", "(a|b|c|d) ...4 word $", "# days", "site*", "one"]


def book(written: list[str]) -> Book:
    """The book of some phrases, each its own value."""
    return compile_book([Entry("kind", text, text, LEXICON) for text in written])


def values(found: Book, text: str) -> list[str]:
    """What is found in a text."""
    return [hit.value for hits in found.find(split_words(text)).values() for hit in hits]


def test_every_part_of_a_phrase_comes_back() -> None:
    found = book(WRITTEN)
    assert values(found, "hello") == ["^ hello"]
    assert values(found, "well hello") == []
    assert values(found, "the chief lazy marketing officer of our firms") == ["<boss> of [the|our] firm*"]
    assert values(found, "chief of firm") == []
    assert values(found, "d is the last word") == ["(a|b|c|d) ...4 word $"]
    assert values(found, "d word is not last") == []
    assert values(found, "in 20 days") == ["# days"]
    assert values(found, "sites, one") == ["site*", "one"]


def test_a_kept_book_holds_what_was_written_and_nothing_that_was_unpacked() -> None:
    found = book(WRITTEN)
    before = pickle.dumps(found)
    values(found, "the boss of firms says hello and one word in 20 days of sites")
    assert pickle.dumps(found) == before
    assert values(pickle.loads(before), "boss of firms") == ["<boss> of [the|our] firm*"]  # noqa: S301 - ours


def test_however_much_is_said_only_so_much_is_held() -> None:
    found = book([f"word{number} [{'|'.join(f'{number}x{other}' for other in range(9))}]" for number in range(6000)])
    held = [values(found, f"word{number}") for number in range(6000)]
    assert held == [[f"word{number} [{'|'.join(f'{number}x{other}' for other in range(9))}]"] for number in range(6000)]
    packed: Packed = found.phrases
    assert packed.unpacked <= KEPT + 2
