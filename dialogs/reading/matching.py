"""Words and phrases over tokens: sets with stems, and phrases that end or begin at a token."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from dialogs.reading.tokens import Token, tokenise


@dataclass(frozen=True, slots=True)
class WordSet:
    """Single words; a word that was written with "*" stands for everything it begins."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """Phrases with the same beginning by their exact second word, and those whose second word is a stem."""

    exact: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    stems: tuple[Phrase, ...] = ()

    def longest(self, tokens: Sequence[Token], at: int) -> int:
        """The length of the longest that stands at tokens[at]; 0 if none does."""
        if at + 1 >= len(tokens):
            return 0
        found = 0
        for phrase in self.exact.get(tokens[at + 1].text, ()):  # longest first
            if _fits(tokens, at, phrase):
                found = len(phrase)
                break
        for phrase in self.stems:
            if len(phrase) <= found:
                break
            if _fits(tokens, at, phrase):
                return len(phrase)
        return found


def _followed(many: Iterable[Phrase]) -> Followed:
    exact: dict[str, tuple[Phrase, ...]] = {}
    stems: list[Phrase] = []
    for phrase in many:
        if phrase[1].endswith("*") and len(phrase[1]) > 1:
            stems.append(phrase)
        else:
            exact[phrase[1]] = (*exact.get(phrase[1], ()), phrase)
    return Followed(exact, tuple(stems))


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of up to six tokens, looked up at a token."""

    single: WordSet
    firsts: dict[str, Followed] = field(default_factory=dict)  # by exact first word
    lasts: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # by exact last word
    stem_firsts: Followed = field(default_factory=Followed)  # phrases whose first word is a stem
    stem_lasts: tuple[tuple[str, ...], ...] = ()
    heads: frozenset[str] = frozenset()  # words that may begin one of them
    head_stems: tuple[str, ...] = ()

    def among(self, said: Collection[str]) -> bool:
        """Whether any of the phrases may stand in a message of these words: no, if none of them begins one."""
        if not self.heads.isdisjoint(said):
            return True
        stems = self.head_stems
        return bool(stems) and any(word.startswith(stems) for word in said)

    def begins(self, tokens: Sequence[Token], at: int) -> int:
        """How many tokens from tokens[at] on are one of the phrases; 0 if none."""
        if at >= len(tokens) or at < 0:
            return 0
        word = tokens[at].text
        followed = self.firsts.get(word)
        length = 0 if followed is None else followed.longest(tokens, at)
        return length or self.stem_firsts.longest(tokens, at) or (1 if word in self.single else 0)

    def ends(self, tokens: Sequence[Token], end: int) -> int:
        """How many tokens before tokens[end] are one of the phrases; 0 if none."""
        if end < 1:
            return 0
        word = tokens[end - 1].text
        for phrase in self.lasts.get(word, ()):
            if _fits(tokens, end - len(phrase), phrase):
                return len(phrase)
        for phrase in self.stem_lasts:
            if _fits(tokens, end - len(phrase), phrase):
                return len(phrase)
        return 1 if word in self.single else 0

    def first(self, tokens: Sequence[Token], start: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """The first phrase inside tokens[start:end] as (first, last exclusive)."""
        stop = len(tokens) if end is None else end
        heads, stems = self.heads, self.head_stems
        for at in range(start, stop):
            word = tokens[at].text
            if word in heads or (stems and word.startswith(stems)):
                length = self.begins(tokens, at)
                if length and at + length <= stop:
                    return at, at + length
        return None


def word_set(words: Iterable[str]) -> WordSet:
    """A WordSet of single folded words."""
    listed = set(words)
    stems = tuple(sorted(word[:-1] for word in listed if word.endswith("*")))
    return WordSet(frozenset(word for word in listed if not word.endswith("*")), stems)


def phrases(listed: Iterable[str]) -> Phrases:
    """Compile folded phrases, longest first."""
    split = {_split(phrase) for phrase in listed} - {()}
    many = sorted((phrase for phrase in split if len(phrase) > 1), key=lambda phrase: (-len(phrase), phrase))
    firsts: dict[str, list[Phrase]] = {}
    lasts: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in many:
        if not phrase[0].endswith("*"):
            firsts.setdefault(phrase[0], []).append(phrase)
        if not phrase[-1].endswith("*"):
            lasts[phrase[-1]] = (*lasts.get(phrase[-1], ()), phrase)
    single = word_set(phrase[0] for phrase in split if len(phrase) == 1)
    stem_firsts = tuple(phrase for phrase in many if phrase[0].endswith("*"))
    return Phrases(
        single,
        {word: _followed(some) for word, some in firsts.items()},
        lasts,
        _followed(stem_firsts),
        tuple(phrase for phrase in many if phrase[-1].endswith("*")),
        single.exact | frozenset(firsts),
        (*single.stems, *sorted({phrase[0][:-1] for phrase in stem_firsts})),
    )


def _split(phrase: str) -> tuple[str, ...]:
    """Tokens of a phrase, stems keeping their star."""
    parts: list[str] = []
    for token in tokenise(phrase):
        if token.text == "*" and token.glued and parts:
            parts[-1] += "*"
        else:
            parts.append(token.text)
    return tuple(parts)


def _fits(tokens: Sequence[Token], at: int, phrase: tuple[str, ...]) -> bool:
    if at < 0 or at + len(phrase) > len(tokens):
        return False
    for offset, word in enumerate(phrase):
        text = tokens[at + offset].text
        if text != word and not (word[-1] == "*" and len(word) > 1 and text.startswith(word[:-1])):
            return False
    return True
