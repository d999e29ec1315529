"""Handoff cards as people read them: e-mail and Telegram, in the sales team's language."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal, format_percent
from jinja2 import PackageLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from bot.figures import budget_word, mail_link
from bot.notifiers.card import CardEstimate, CardJudgement, HandoffCard
from bot.tongues import LANGUAGES
from dialogs.errors import BrokenContent, ContentError

LONGEST_TELEGRAM = 4096  # characters, counted in UTF-16 units and with the markup, to be safe
_LONGEST_QUOTE = 140
_LONGEST_SUBJECT = 150
_QUOTES_A_ROW = 2
_LONGEST_QUESTION = 200
_MOST_LISTED = 5  # files or questions; the console has all of them
_ELLIPSIS = "…"
_COLOURS = {"hot": "#c2410c", "warm": "#a16207", "cold": "#1d4ed8"}
_MARKS = {"hot": "🔥", "warm": "🌤", "cold": "❄️"}
_SIGNS = {1: "+", 0: "·", -1: "−"}
_VERDICT_MARKS = {"met": "✅", "partly": "🟡", "not_met": "⛔", "unknown": "❔"}

Words = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """One message, in both its forms."""

    subject: str  # one line
    text: str
    html: str


class Renderer:
    """Puts cards into words; everything a visitor wrote is escaped where markup is read."""

    def __init__(self, locales: Path, languages: Iterable[str] = LANGUAGES) -> None:
        """
        Read and compile everything.

        Args:
            locales: The folder with one folder per language; each holds handoff.json.
            languages: Those sales may choose from; the first one says which keys there have to be.

        Raises:
            BrokenContent: A file is missing, unreadable, or lacks a text.
        """
        loader = PackageLoader("bot.notifiers", "templates")
        options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        plain = SandboxedEnvironment(loader=loader, autoescape=False, **options)
        markup = SandboxedEnvironment(loader=loader, autoescape=True, **options)
        self._words = _read_words(locales, tuple(languages), plain)
        self._text = plain.get_template("email.txt")
        self._html = markup.get_template("email.html")
        self._telegram = markup.get_template("telegram.html")

    def email(self, card: HandoffCard, language: str) -> RenderedEmail:
        """The card as an e-mail; a language without words falls back to the first one."""
        values = self._values(card, language)
        subject = _one_line(values["t"](f"subject.{card.event}", mark=values["mark"]), _LONGEST_SUBJECT)
        values["subject"] = subject
        return RenderedEmail(subject, self._text.render(values).strip() + "\n", self._html.render(values))

    def telegram(self, card: HandoffCard, language: str) -> str:
        """The card in Telegram's HTML, at most 4096 characters: what does not fit is left out from the end up."""
        lines = [line for line in self._telegram.render(self._values(card, language)).splitlines() if line.strip()]
        *body, last = lines
        room = LONGEST_TELEGRAM - _units(last) - _units(_ELLIPSIS) - 2
        kept: list[str] = []
        for line in body:
            room -= _units(line) + 1
            if room < 0:
                kept.append(_ELLIPSIS)
                break
            kept.append(line)
        return "\n".join([*kept, last])

    def _values(self, card: HandoffCard, language: str) -> dict[str, Any]:
        language = language if language in self._words else next(iter(self._words))
        speak = _Speaker(self._words[language], card, language)
        judgements = (("timing", card.timing), ("budget", card.budget))
        judged = {f"{kind}_{judgement.verdict}" for kind, judgement in judgements if judgement is not None}
        return {
            "t": speak.say,
            "named": speak.named,
            "language": language,
            "card": card,
            "who": speak.who,
            "colour": _COLOURS[card.temperature],
            "mark": _MARKS[card.temperature],
            "contacts": _contacts(card),
            "rows": [speak.row(index) for index in range(len(card.criteria))],
            "estimate": speak.estimate(card.estimate),
            "judgements": [one for kind, judgement in judgements for one in speak.judgement(kind, judgement)],
            "flags": [
                {"words": speak.named("flag", flag.name), "quotes": speak.quoted(flag.quotes)}
                for flag in card.flags
                if flag.name not in judged  # told by the judgement already
            ],
            "fit": [f"{_SIGNS[sign.score]} {speak.named('fit', sign.name)}" for sign in card.fit],
            "implicit": f"{card.implicit:+d}" if card.implicit else "",
            "unknown": [speak.named("criterion", criterion) for criterion in card.unknown],
            "advice": [speak.named("advice", advice) for advice in card.advice],
            "files": _listed(card.files, _LONGEST_QUOTE),
            "questions": [speak.say("quote", words=text) for text in _listed(card.questions, _LONGEST_QUESTION)],
            "origin": speak.origin(),
            "transcript": card.transcript_url if _is_web(card.transcript_url) else "",
        }


class _Speaker:
    """The words of one language about one card."""

    def __init__(self, words: Words, card: HandoffCard, language: str) -> None:
        self._words = words
        self._card = card
        self._language = language
        role = self.named("role", card.role) if card.role else ""
        person = ", ".join(part for part in (card.name, role, card.company) if part)
        reach = next((text for text, _ in _contacts(card)), "")
        self.who = _one_line(person or reach or self.say("who.unknown"), _LONGEST_SUBJECT)

    def say(self, key: str, **values: object) -> str:
        """The text of one key; it may use the card's figures besides the values given."""
        figures = {"total": self._card.total, "maximum": self._card.maximum, "who": getattr(self, "who", "")}
        return self._words[key].render({**figures, **values})

    def named(self, group: str, name: str) -> str:
        """The words for an id; an id without words, or a sentence, stays as it is."""
        found = self._words.get(f"{group}.{name}")
        return found.render() if found else name.replace("_", " ")

    def quoted(self, quotes: Iterable[str]) -> list[str]:
        """The first few distinct quotes, shortened, in the language's quotation marks."""
        distinct = dict.fromkeys(_one_line(quote, _LONGEST_QUOTE) for quote in quotes)
        return [self.say("quote", words=quote) for quote in distinct if quote][:_QUOTES_A_ROW]

    def row(self, index: int) -> dict[str, Any]:
        row = self._card.criteria[index]
        return {
            "name": self.named("criterion", row.id),
            "points": row.points,
            "maximum": row.maximum,
            "share": round(100 * row.points / row.maximum) if row.maximum else 0,
            "verdict": self.named("verdict", row.verdict),
            "mark": _VERDICT_MARKS[row.verdict],
            "quotes": self.quoted(quote for reason in row.reasons for quote in reason.quotes),
            "blocked": self.named("flag", row.blocked_by) if row.blocked_by else "",
        }

    def estimate(self, estimate: CardEstimate | None) -> str:
        if estimate is None:
            return ""
        low, likely, high = (
            format_decimal(value, locale=self._language) for value in (estimate.low, estimate.likely, estimate.high)
        )
        parts = [self.say("estimate.sum", low=low, likely=likely, high=high, currency=estimate.currency)]
        if estimate.weeks_low is not None and estimate.weeks_high is not None:
            parts.append(self.say("estimate.weeks", weeks=_span(estimate.weeks_low, estimate.weeks_high)))
        if estimate.hours_low is not None and estimate.hours_high is not None:
            parts.append(self.say("estimate.hours", hours=_span(estimate.hours_low, estimate.hours_high)))
        if estimate.vague:
            parts.append(self.say("estimate.vague"))
        return ", ".join(parts)

    def judgement(self, kind: str, judgement: CardJudgement | None) -> Iterator[dict[str, Any]]:
        if judgement is None:
            return
        share = format_percent(round(judgement.ratio, 2), locale=self._language)
        quotes = [
            quote for flag in self._card.flags if flag.name == f"{kind}_{judgement.verdict}" for quote in flag.quotes
        ]
        word = budget_word(judgement.verdict, judgement.ratio) if kind == "budget" else judgement.verdict
        yield {
            "label": self.say(f"label.{kind}"),
            "words": self.say(f"{kind}.{word}", share=share),
            "quotes": self.quoted(quotes),
            "calm": judgement.verdict == "ok",
        }

    def origin(self) -> list[tuple[str, str]]:
        card = self._card
        found = (
            ("channel", self.named("channel", card.channel)),
            ("language", self.named("language", card.language)),
            ("source", card.source),
            ("page", card.page),
        )
        return [(self.say(f"label.{name}"), _one_line(value, 300)) for name, value in found if value]


def _read_words(locales: Path, languages: Sequence[str], environment: SandboxedEnvironment) -> dict[str, Words]:
    problems: list[ContentError] = []
    found: dict[str, Words] = {}
    for language in languages:
        path = locales / language / "handoff.json"
        try:
            texts = json.loads(path.read_text(encoding="utf-8"))
            found[language] = {key: environment.from_string(text) for key, text in texts.items()}
        except (OSError, ValueError, AttributeError, TypeError, TemplateError) as error:
            problems.append(ContentError(str(path), "", f"expected texts by key, found: {error}"))
    wanted = found.get(languages[0], {})
    for language, words in found.items():
        for key in sorted(wanted.keys() ^ words.keys()):
            problem = "this text is missing" if key in wanted else f"{languages[0]} has no such text"
            problems.append(ContentError(str(locales / language / "handoff.json"), key, problem))
    if problems:
        raise BrokenContent(tuple(problems))
    return found


def _contacts(card: HandoffCard) -> list[tuple[str, str]]:
    """Text and link of each way to reach the lead; the link is "" where none is safe."""
    reach = card.contacts
    phone = "".join(sign for sign in reach.phone if sign.isdigit() or sign == "+")
    handle = reach.telegram.removeprefix("@")
    safe = handle.replace("_", "").isalnum() and handle.isascii()
    found = (
        (reach.email, mail_link(reach.email)),
        (reach.phone, f"tel:{phone}" if phone else ""),
        (f"@{handle}" if handle else "", f"https://t.me/{handle}" if safe else ""),
    )
    return [(_one_line(text, 100), link) for text, link in found if text]


def _listed(texts: Iterable[str], longest: int) -> list[str]:
    """The texts as one line each; what is over the limit becomes a single "…"."""
    lines = [line for text in texts if (line := _one_line(text, longest))]
    return lines if len(lines) <= _MOST_LISTED else [*lines[:_MOST_LISTED], _ELLIPSIS]


def _one_line(text: str, longest: int) -> str:
    """The text without line breaks and control characters, cut to a length."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + _ELLIPSIS


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
