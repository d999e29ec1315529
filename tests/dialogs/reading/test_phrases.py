"""The notation of phrases and how they are found."""

import pytest

from dialogs.errors import BrokenContent
from dialogs.reading.lexicon import compile_lexicon
from dialogs.reading.phrases import Entry, compile_book, settle, split_words
from dialogs.reading.text import fold

LEXICON = compile_lexicon("en", {"sets": {"boss": ["boss", "the ceo"]}}, "lexicon.yaml")


def found(pattern: str, text: str) -> list[str]:
    book = compile_book([Entry("kind", "value", pattern, LEXICON)], ["hello"])
    return [text[hit.start : hit.end] for hit in settle(book.find(split_words(fold(text))).get("kind", ()))]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("site", "a site here", ["site"]),
        ("site", "sites", []),
        ("site*", "Sites", ["Sites"]),
        ("chat-bot", "a chat bot, a Chat-Bot", ["chat bot", "Chat-Bot"]),
        ("# developers", "2 developers", ["2 developers"]),
        ("lost ... leads", "lost two of our leads", ["lost two of our leads"]),
        ("lost ... leads", "lost one two three four leads", []),
        ("lost ...5 leads", "lost one two three four leads", ["lost one two three four leads"]),
        ("(no|not any) spec", "not any spec", ["not any spec"]),
        ("[my] boss", "my boss", ["my boss"]),
        ("ask <boss>", "ask the CEO", ["ask the CEO"]),
        ("^stop", "hello stop", ["stop"]),
        ("^stop", "non stop", []),
        ("stop$", "please stop", ["stop"]),
        ("stop$", "stop now", []),
        ("no spec", "No. Spec is here", []),
        ("dont know", "I don't know", ["don't know"]),
        ("c# and .net", "C# and .NET", ["C# and .NET"]),
    ],
)
def test_a_phrase_is_found_as_written(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "<nobody>", "^$", "(a b|c d)(e f|g h)" * 6])
def test_a_slip_in_the_notation_names_its_phrase(pattern: str) -> None:
    with pytest.raises(BrokenContent, match=r"lexicon\.yaml"):
        found(pattern, "text")


def test_an_abbreviation_ends_no_sentence() -> None:
    words = split_words("dep. director. end", frozenset(["dep"]))
    assert words.clauses == [0, 0, 1]


def test_of_overlapping_phrases_the_longer_stays() -> None:
    book = compile_book([Entry("k", "short", "owner", LEXICON), Entry("k", "long", "product owner", LEXICON)])
    assert [hit.value for hit in settle(book.find(split_words("product owner"))["k"])] == ["long"]
