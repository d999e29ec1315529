"""Ways to reach the writer: e-mail, phone, address on the web, Telegram name; the writer's and the firm's names."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from re import Match, Pattern, escape
from re import compile as compile_regex

import phonenumbers
from msgspec import Struct

from dialogs.reading.lexicon import Lexicon
from dialogs.reading.phrases import split_words
from dialogs.reading.text import Text, fold
from dialogs.reading.values import Asked, Found

OPENING = 3  # words before a name that still opens a message: "Good day, Anna, buyer"
MAX_PHONES = 8  # parsing one takes 30 to 100 µs; nobody gives more
_EMAIL = compile_regex(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])")
_HANDLE = compile_regex(r"(?<![\w@.])@[A-Za-z]\w{3,31}(?![\w@]|\.\w)")
_TELEGRAM_LINK = compile_regex(r"(?:https?://)?(?:t\.me|telegram\.me)/([A-Za-z]\w{3,31})")
_LINK = compile_regex(r"https?://[^\s<>\"'()«»]{3,300}")
_TOP = (
    "com|net|org|info|biz|io|dev|app|ai|co|me|eu|ru|su|рф|ua|укр|pl|by|kz|de|uk|us|fr|cz|lt|lv|ee|shop|store|online|"
    "site|pro|tech|agency|studio|cloud|club|market|group|company|digital|media|software|solutions|team|space|website|"
    "expert|center|systems|services|design|travel|school|moscow|gov|edu"
)


def _domain(top: str) -> Pattern[str]:
    return compile_regex(
        rf"(?<![\w@.-])(?:(?:[^\W_][\w-]{{0,62}}\.){{1,4}}(?:(?:com|co|org|net|gov|edu)\.[a-z]{{2}}|{top})|www\.(?:[^\W_][\w-]{{0,62}}\.){{1,4}}[a-z]{{2,24}})"
        r"(?![\w@-]|\.\w)(?:/[^\s<>\"'()«»]{0,300})?"
    )


_DOMAIN = _domain(_TOP)
_CAPITALS = "".join(char for char in map(chr, range(0x530)) if char.isupper())  # Latin, Greek, Cyrillic
_PHONE = compile_regex(r"(?<![\w+.,#№/-])(?:\+|\(|\d)[\d ()./\-–‑]{5,22}\d(?!\w|[.,]\d)")
_DATE = compile_regex(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)|\d{1,2}[-./]\d{1,2}[-./]\d{4}(?!\d)")
_NEAR = 40  # characters around a number that say what it is of
_DIGIT = compile_regex(r"\d")
_SIGNS = compile_regex(r"[^\w]{1,5}")
_CLAUSE = compile_regex(r"[,;.!?\n]")
_NATIONAL = 10  # digits of a number with its area code
_NOT_SITES = frozenset(("asp.net", "ado.net", "vb.net", "socket.io"))
_TRIPLES = compile_regex(r"\d{1,3}(?:[ .]\d{3}){1,4}")
_NINE = compile_regex(r"\d{3} \d{3} \d{3}")
_CAPITAL = compile_regex(r"[^\W\d_][\w'’ʼ-]{1,30}")
_WORD = compile_regex(r"[^\W\d_]{1,12}")
_QUOTED = compile_regex(r"[«\"“„'‘]([^«»\"“”„\n]{2,60}?)[»\"”“'’]")
_CALLED = compile_regex(r"[ ,:;]{1,3}(?:\+|\(?\d)[\d ()-]{8,}")
_TRAILING = ".,;:!?)»\"'"
_MAIL_HOSTS = frozenset(
    ("gmail.com", "mail.ru", "yandex.ru", "ya.ru", "ukr.net", "wp.pl", "onet.pl", "outlook.com", "icloud.com")
)


@dataclass(frozen=True, slots=True)
class ContactWords:
    """What stands before names, firms and numbers in one language; all folded."""

    regions: tuple[str, ...]  # countries whose numbers people give without their code: RU, BY
    country_codes: tuple[str, ...]  # written without the plus as well: 380
    name_markers: tuple[str, ...]
    names: frozenset[str]
    name_of: frozenset[str]  # "from" in "Robert from Agro-Pol"
    company_markers: tuple[str, ...]
    legal: tuple[str, ...]  # longest first
    legal_behind: bool  # "Polmed S.A.", not "ООО Ромашка"
    not_phone: tuple[str, ...]
    phone: tuple[str, ...]
    telegram: frozenset[str]
    not_names: frozenset[str]
    money: tuple[str, ...]
    dots: frozenset[str]  # "dot", "точка"
    spelled_email: Pattern[str] | None  # an address in words
    domain: Pattern[str]  # an address on the web without https
    models: tuple[str, ...]  # "like": the address behind it is of somebody else
    towns: frozenset[str]  # "new", "san": how names of towns begin that are two words
    heads: "Heads"


@dataclass(frozen=True, slots=True)
class Heads:
    """First words of what is looked for: a message without any of them is not searched."""

    ats: frozenset[str]
    telegram: frozenset[str]
    name_markers: frozenset[str]
    names: frozenset[str]
    company_markers: frozenset[str]
    legal: frozenset[str]


class Contacts(Struct, frozen=True, gc=False):
    """All that was found, and the spans other readers must not look into."""

    email: Found[str] | None = None
    phone: Found[str] | None = None
    url: Found[str] | None = None
    telegram: Found[str] | None = None
    name: Found[str] | None = None
    company: Found[str] | None = None
    masked: tuple[tuple[int, int], ...] = ()


def compile_contacts(lexicon: Lexicon) -> ContactWords:
    """
    The section `contacts`: regions, country_codes, name, names, not_names, company, legal, phone, not_phone ...

    Raises:
        BrokenContent: A region is no ISO 3166 code of a country with telephones.
    """

    def listed(key: str) -> tuple[str, ...]:
        return lexicon.words("contacts", key)

    regions = tuple(region.upper() for region in listed("regions"))
    for region in regions:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            lexicon.refuse("contacts.regions", f"expected countries as two letters each, found {region}", "write DE")
    load_regions(regions)
    by_length = sorted(listed("name"), key=len, reverse=True)
    return ContactWords(
        regions,
        listed("country_codes"),
        tuple(by_length),
        frozenset(listed("names")),
        frozenset(listed("name_of")),
        tuple(sorted(listed("company"), key=len, reverse=True)),
        tuple(sorted(listed("legal"), key=len, reverse=True)),
        bool(lexicon.single("contacts", "legal_behind")),
        listed("not_phone"),
        listed("phone"),
        frozenset(listed("telegram")),
        frozenset(listed("not_names")),
        listed("money"),
        frozenset(listed("dot")),
        _email_in_words(listed("at"), listed("dot")),
        _domain("|".join((_TOP, *map(escape, ends)))) if (ends := listed("domains")) else _DOMAIN,
        listed("models"),
        frozenset(listed("towns")),
        Heads(*(_heads(listed(key)) for key in ("at", "telegram", "name", "names", "company", "legal"))),
    )


def load_regions(regions: Iterable[str]) -> None:
    """Load the tables of these countries' telephones now, not in a turn: a number nobody has asks for them all."""
    for region in regions:
        nobody = phonenumbers.parse("2000000000", region)
        phonenumbers.is_valid_number(nobody)
        phonenumbers.is_possible_number(nobody)
        phonenumbers.format_number(nobody, phonenumbers.PhoneNumberFormat.E164)


def _heads(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(spoken.norms[0] for text in texts if (spoken := split_words(text)))


def read_contacts(text: Text, said: frozenset[str], words: ContactWords, asked: Asked | None) -> Contacts:
    """
    Read all contacts of a message; the first of each kind counts, all of them are masked.

    Args:
        text: The message.
        said: Its words.
        words: Of its language.
        asked: What was asked for.
    """
    masked: list[tuple[int, int]] = []
    original, folded, heads = text.original, text.folded, words.heads
    email = None
    if "@" in original:
        email = _email(original, masked)
    elif not heads.ats.isdisjoint(said):
        email = _spelled_email(original, folded, words, masked)
    telegram = _telegram(original, folded, masked)
    if telegram is None and not heads.telegram.isdisjoint(said):
        telegram = _telegram_nick(original, folded, words, masked)
    url = _url(original, folded, words, masked) if "." in original else None
    phone = _phone(original, folded, words, masked, asked) if _DIGIT.search(original) else None
    name = _name(original, folded, said, words, masked, asked)
    company = _company(original, folded, said, words, asked) or _of_the_name(original, folded, name, words)
    return Contacts(email, phone, url, telegram, name, company, tuple(masked))


def _free(start: int, end: int, masked: list[tuple[int, int]]) -> bool:
    return all(end <= a or start >= b for a, b in masked)


def _email(original: str, masked: list[tuple[int, int]]) -> Found[str] | None:
    first = None
    for match in islice(_EMAIL.finditer(original), 20):
        masked.append(match.span())
        first = first or match
    if first is None:
        return None
    return Found(first[0].strip("."), first.start(), first.end(), first[0], "contacts.email")


def _spelled_email(original: str, folded: str, words: ContactWords, masked: list[tuple[int, int]]) -> Found[str] | None:
    """An address in words: "kate dot b at gmail dot com", "ivan собака mail.ru"; "look at acme.com" is none."""
    if words.spelled_email is None:
        return None
    for match in islice(words.spelled_email.finditer(folded), 5):
        local = _dotted(match["local"], words)
        domain = _dotted(match["domain"], words)
        odd = any(sign in local for sign in "._+-") or any(sign.isdigit() for sign in local)
        sure = odd or _spelled_dot(match["domain"], words) or domain in _MAIL_HOSTS
        if not sure or not _EMAIL.fullmatch(f"{local}@{domain}"):
            continue
        start, end = match.span()
        masked.append((start, end))
        return Found(f"{local}@{domain}", start, end, original[start:end], "contacts.spelled_email", 0.9)
    return None


def _dotted(written: str, words: ContactWords) -> str:
    return ".".join(part for part in written.split() if part not in words.dots)


def _spelled_dot(written: str, words: ContactWords) -> bool:
    return any(part in words.dots for part in written.split())


def _email_in_words(ats: tuple[str, ...], dots: tuple[str, ...]) -> Pattern[str] | None:
    if not ats:
        return None
    at, dot = "|".join(map(escape, ats)), "|".join(map(escape, dots)) or "\\."
    part = r"[a-z0-9_+-]{1,40}(?:\.[a-z0-9_+-]{1,40}){0,4}"
    spoken = rf"{part}(?: (?:{dot}) {part}){{0,4}}"
    return compile_regex(rf"(?<![\w.@])(?P<local>{spoken}) (?:{at}) (?P<domain>{spoken})(?![\w@])")


def _telegram(original: str, folded: str, masked: list[tuple[int, int]]) -> Found[str] | None:
    found: Found[str] | None = None
    if "@" in original:
        for match in islice(_HANDLE.finditer(original), 20):
            if _free(*match.span(), masked):
                masked.append(match.span())
                found = found or Found(match[0], match.start(), match.end(), match[0], "contacts.handle")
    if ".me/" in folded:
        for match in islice(_TELEGRAM_LINK.finditer(original), 20):
            masked.append(match.span())
            found = found or Found("@" + match[1], match.start(), match.end(), match[0], "contacts.telegram_link")
    return found


def _telegram_nick(original: str, folded: str, words: ContactWords, masked: list[tuple[int, int]]) -> Found[str] | None:
    """A nick after the word Telegram and a colon: "tg: kirill_ops"; it needs a digit or an underscore or the colon."""
    for marker in words.telegram:
        at = folded.find(marker)
        if at < 0 or (at and folded[at - 1].isalnum()):
            continue
        rest = original[at + len(marker) : at + len(marker) + 40]
        match = _NICK.match(rest)
        if match is not None and (":" in match[1] or "_" in match[2] or any(c.isdigit() for c in match[2])):
            start = at + len(marker) + match.start(2)
            masked.append((start, start + len(match[2])))
            return Found("@" + match[2], start, start + len(match[2]), match[2], "contacts.nick")
    return None


_NICK = compile_regex(r"(\s{0,3}[:\-–—]?\s{0,3})([A-Za-z]\w{4,31})(?![\w.@])")


def _url(original: str, folded: str, words: ContactWords, masked: list[tuple[int, int]]) -> Found[str] | None:
    first: Found[str] | None = None
    matches: list[Match[str]] = [*islice(_LINK.finditer(original), 10), *islice(words.domain.finditer(folded), 10)]
    for match in matches:
        start, end = match.span()
        value = original[start:end].rstrip(_TRAILING)
        if not _free(start, end, masked) or value.lower() in _NOT_SITES or value.lower().startswith("www.."):
            continue
        if any(_ends_with(folded[max(0, start - _NEAR) : start], word) for word in words.models):
            continue  # "a site like rozetka.com.ua": what is wanted, not where to find the visitor
        masked.append((start, start + len(value)))
        first = first or Found(value, start, start + len(value), value, "contacts.url")
    return first


def _phone(
    original: str, folded: str, words: ContactWords, masked: list[tuple[int, int]], asked: Asked | None
) -> Found[str] | None:
    first: Found[str] | None = None
    for match in islice(_PHONE.finditer(original), MAX_PHONES):
        start, end = match.span()
        digits = sum(char.isdigit() for char in match[0])
        if not 7 <= digits <= 15 or _DATE.match(match[0]) or not _free(start, end, masked):
            continue
        before, after = folded[max(0, start - 18) : start], folded[end : end + 8].lstrip()
        if any(_ends_with(before, word) for word in words.not_phone):
            masked.append((start, end))
            continue
        named = any(_ends_with(before, word) for word in words.phone) or _named_behind(folded[end : end + 30], words)
        sure = match[0].startswith("+")
        if asked is Asked.CONTACT and not (named or sure) and _of_something_else(folded, start, end, words):
            masked.append((start, end))
            continue
        called = named or asked is Asked.CONTACT
        if asked is Asked.MONEY and not (sure or called or match[0].startswith(("0", "(0"))):
            continue  # "50 000 - 70 000" after a question about money is a sum
        if not sure and (after.startswith(words.money) or (not called and _sum_like(match[0]))):
            continue
        value = _number(match[0], words, sure=sure or called)
        if value is not None:
            masked.append((start, end))
            first = first or Found(value, start, end, original[start:end], "contacts.phone")
    return first


def _of_something_else(folded: str, start: int, end: int, words: ContactWords) -> bool:
    """Whether words near a number say it is of a card, an order, a tax office: "011-12-3456 is my SSN"."""
    before = _CLAUSE.split(folded[max(0, start - _NEAR) : start])[-1]
    after = _CLAUSE.split(folded[end : end + _NEAR])[0]
    near = _SIGNS.sub(" ", f" {before} {after} ")
    return any(f" {word} " in near for word in words.not_phone)


def _named_behind(after: str, words: ContactWords) -> bool:
    """Whether "is my number", "это мой телефон" follows within four words."""
    said = after.replace(",", " ").replace("-", " ").split()[:3]
    return any(word in said or any(one.rstrip(".!") == word for one in said) for word in words.phone)


def _ends_with(before: str, word: str) -> bool:
    """Whether the word stands right before, with nothing but punctuation between."""
    bare = before.rstrip(" .:№#-–—\t()")
    if not bare.endswith(word):
        return False
    return len(bare) == len(word) or not bare[-len(word) - 1].isalnum()


def _sum_like(written: str) -> bool:
    """Whether digits stand as a sum does: 12 400 000, or end in a row of noughts; 792 111 333 is a phone."""
    if _NINE.fullmatch(written) is not None and not written.endswith("000"):
        return False
    return _TRIPLES.fullmatch(written) is not None or written.replace(" ", "").endswith("00000")


def _number(written: str, words: ContactWords, *, sure: bool) -> str | None:
    """E.164 where a region of the language takes the number, bare digits where only the words say it is one."""
    bare = written
    if written.lstrip("(").startswith(words.country_codes):
        bare = "+" + written  # people leave the plus out
    digits = "".join(char for char in written if char.isdigit())
    possible: str | None = None
    for region in words.regions:
        try:
            number = phonenumbers.parse(bare, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        grouped = (digits[0] == "0" or any(char in "()-–" for char in written)) and len(digits) >= _NATIONAL
        if possible is None and (sure or grouped) and phonenumbers.is_possible_number(number):
            possible = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return possible or (digits if sure and len(digits) >= _NATIONAL else None)


def _name(
    original: str,
    folded: str,
    said: frozenset[str],
    words: ContactWords,
    masked: list[tuple[int, int]],
    asked: Asked | None,
) -> Found[str] | None:
    for marker in () if words.heads.name_markers.isdisjoint(said) else words.name_markers:
        at = folded.find(marker)
        while at >= 0:
            end = at + len(marker)
            bounded = (at == 0 or not folded[at - 1].isalnum()) and not folded[end : end + 1].isalnum()
            found = _name_at(original, folded, end, words, strict=len(marker) <= 4) if bounded else None
            if found is not None and _free(found.start, found.end, masked):
                return found
            at = folded.find(marker, end) if at < 2000 else -1
    opening = None if words.heads.names.isdisjoint(said) else _name_opening(original, folded, words)
    if opening is not None or asked is not Asked.NAME:
        return opening
    return _whole_name(original, words)


def _name_at(original: str, folded: str, at: int, words: ContactWords, *, strict: bool) -> Found[str] | None:
    """A name from here on: capital letter or a known name; after a weak marker ("I am") it must be a known one."""
    while at < len(original) and original[at] in " :-–—,":
        at += 1
    match = _CAPITAL.match(original, at)
    if match is None:
        return None
    word = folded[match.start() : match.end()]
    known = word in words.names
    capital = match[0][0].isupper() and not match[0][1:2].isupper()  # "PM-em" is a title
    if not known and (strict or not capital or word in words.not_names):
        return None
    end = match.end()
    second = _CAPITAL.match(original, end + 1) if original[end : end + 1] == " " else None
    if second is not None and second[0][0].isupper() and match[0][0].isupper():
        following = folded[second.start() : second.end()]
        if following not in words.not_names and not second[0].isupper():
            end = second.end()
    value = original[at:end]
    return Found(value, at, end, value, "contacts.name", 0.95 if known else 0.8)


def _name_opening(original: str, folded: str, words: ContactWords) -> Found[str] | None:
    """A known first name with or without a surname: "Anna, buyer", "Founder Peter, we ...", "... Ann Lee, CTO"."""
    for count, match in enumerate(islice(_CAPITAL.finditer(original[:600]), 80)):
        word = folded[match.start() : match.end()]
        if not match[0][0].isupper() or (word not in words.names and not _before_a_phone(original, match, word, words)):
            continue
        end = _past_surname(original, folded, match.end(), words)
        before = original[: match.start()].rstrip(" ")[-1:]
        after = original[end : end + 2].strip()[:1]
        opens = not before or before in ",.!" or count <= OPENING or (before.isdigit() and not after)
        behind = original[end : end + 4].lstrip(" ,:;")[:1]
        called = behind.isdigit() or behind == "+"  # "Bohdan 093 772 15 08"
        if count > 2 * OPENING + 1:
            opens = (
                (before.isdigit() and not after)
                or (called and before in ",.")
                or before in ".!\n"
                or (before == "," and (not after or _closes(folded, end)))
            )
        ended = (
            not after or called or after in ",.—–-:(" or not any(char.isalpha() for char in folded[end:])
        )  # or a phone
        of = _word_at(folded, end + 1) in words.name_of and (count < OPENING or _closes(folded, end))
        if opens and (ended or of):
            value = original[match.start() : end]
            return Found(value, match.start(), end, value, "contacts.opening", 0.8)
    return None


def _before_a_phone(original: str, match: Match[str], word: str, words: ContactWords) -> bool:
    """Whether a capital word no list of names has stands between a sign and a telephone: ". Damir, 8 922 305 77 14"."""
    before = original[: match.start()].rstrip(" ")[-1:]
    return (
        word not in words.not_names
        and (not before or before in ",.")
        and _CALLED.match(original[match.end() :]) is not None
    )


def _closes(folded: str, at: int) -> bool:
    """Whether hardly more is said: "..., Ola from sales"."""
    rest = folded[at : at + 60].strip(" .!")
    return at + 60 >= len(folded) and rest.count(" ") < OPENING and "," not in rest


def _word_at(folded: str, at: int) -> str:
    match = _WORD.match(folded, at)
    return match[0] if match is not None else ""


def _past_surname(original: str, folded: str, at: int, words: ContactWords) -> int:
    """Past one more capitalised word that is no title, no abbreviation and no word of the language."""
    match = _CAPITAL.match(original, at + 1) if original[at : at + 1] == " " else None
    if match is None or not match[0][0].isupper() or match[0].isupper():
        return at
    return at if folded[match.start() : match.end()] in words.not_names else match.end()


def _whole_name(original: str, words: ContactWords) -> Found[str] | None:
    """A reply of one to three words to "what is your name"."""
    parts = original.strip(" .,!").split()
    if not 1 <= len(parts) <= 3 or len(original) > 80:
        return None
    if any(fold(part) in words.not_names or not part[0].isalpha() for part in parts):
        return None
    value = " ".join(parts)
    start = max(0, original.find(parts[0]))
    return Found(value, start, start + len(value), value, "contacts.asked_name", 0.8)


def _company(
    original: str, folded: str, said: frozenset[str], words: ContactWords, asked: Asked | None
) -> Found[str] | None:
    found = None if words.heads.legal.isdisjoint(said) else _beside_legal_form(original, folded, words)
    if found is None and not words.heads.company_markers.isdisjoint(said):
        found = _after_company_word(original, folded, words)
    if found is not None or asked is not Asked.COMPANY:
        return found
    value = original.strip(" .,!\"'«»")
    if 0 < len(value) <= 60 and len(value.split()) <= 6:
        start = original.find(value)
        return Found(value, start, start + len(value), value, "contacts.asked_company", 0.7)
    return None


def _of_the_name(original: str, folded: str, name: Found[str] | None, words: ContactWords) -> Found[str] | None:
    """The firm in "Laura from Pinecrest Dental": two capitals at least, as one may be a town."""
    if name is None or _word_at(folded, name.end + 1) not in words.name_of:
        return None
    at = name.end + 1 + len(_word_at(folded, name.end + 1))
    found = _capitals_after(original, at)
    if found is None or " " not in found.value or fold(found.value).split()[0] in words.towns:
        return None
    return found


def _beside_legal_form(original: str, folded: str, words: ContactWords) -> Found[str] | None:
    """Next to ООО, ТОВ, sp. z o.o., Ltd: quoted, or the capitalised words before or after it."""
    for form in words.legal:
        at = folded.find(form)
        if at < 0:
            continue
        end = at + len(form)
        if (at and folded[at - 1].isalnum()) or folded[end : end + 1].isalnum():
            continue
        quoted = _QUOTED.match(original[end : end + 80].lstrip())
        if quoted is not None:
            start = original.index(quoted[1], end)
            return Found(quoted[1], start, start + len(quoted[1]), quoted[1], "contacts.company")
        if words.legal_behind:
            found = _capitals_before(original, at)
            if found is None and not form.endswith("."):  # a capital behind "sp. z o.o." begins a sentence
                found = _capitals_after(original, end)
        else:
            found = _capitals_after(original, end) or _capitals_before(original, at)
        if found is not None:
            return _without_marker(original, found, words)
    return None


def _without_marker(original: str, found: Found[str], words: ContactWords) -> Found[str]:
    """The name without a leading "Company"."""
    first, _, rest = found.value.partition(" ")
    if not rest or fold(first) not in words.company_markers:
        return found
    start = found.start + len(first) + 1
    return Found(rest, start, found.end, original[start : found.end], found.how, found.confidence)


def _after_company_word(original: str, folded: str, words: ContactWords) -> Found[str] | None:
    for marker in words.company_markers:
        at = folded.find(marker)
        if at < 0 or (at and folded[at - 1].isalnum()):
            continue
        end = at + len(marker)
        rest = original[end : end + 80]
        quoted = _QUOTED.match(rest.lstrip(" :"))
        if quoted is not None:
            start = original.index(quoted[1], end)
            return Found(quoted[1], start, start + len(quoted[1]), quoted[1], "contacts.company")
        found = None if folded[end : end + 1].isalnum() else _capitals_after(original, end)
        if found is not None and fold(found.value) not in words.names | words.not_names:  # "мережа АЗС"
            return found
    return None


def _capitals_after(original: str, at: int) -> Found[str] | None:
    while at < len(original) and original[at] in " :":
        at += 1
    end = at
    for _ in range(3):
        match = _FIRM_WORD.match(original, end)
        if match is None:
            break
        end = match.end()
    value = original[at:end].rstrip()
    return Found(value, at, at + len(value), value, "contacts.company", 0.8) if len(value) > 1 else None


def _capitals_before(original: str, at: int) -> Found[str] | None:
    match = _FIRM_BEFORE.search(original[max(0, at - 60) : at])
    if match is None:
        return None
    offset = max(0, at - 60)
    value = match[1]
    return Found(value, offset + match.start(1), offset + match.start(1) + len(value), value, "contacts.company", 0.8)


_FIRM_WORD = compile_regex(rf"[{_CAPITALS}][\w&'’+-]{{1,30}}\s?")
_FIRM_BEFORE = compile_regex(rf"((?:[{_CAPITALS}][\w&'’+-]{{0,30}} ){{0,2}}[{_CAPITALS}][\w&'’+-]{{0,30}}),? ?$")
