"""The demo company's front page and the widget script, as they go out."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.workspace import LOCALES
from scoring.company import Company

_HERE = Path(__file__).resolve().parent
_SCRIPT = _HERE.parent / "widget" / "banter.js"
_WORDS_MARK = "/*BANTER_WORDS*/{}"


def demo_page(company: Company, names: Mapping[str, str], public_url: str, language: str) -> str:
    """
    The front page, which is English, with a chat that starts in the visitor's language.

    Args:
        company: Whose page it is.
        names: Language -> what its speakers call it.
        public_url: Where the page is reached.
        language: The chat starts in it.
    """
    spoken = {code: names.get(code, code) for code in company.languages}
    return _page().render(company=company, public_url=public_url, languages=spoken, chat_language=language)


def chat_language(company: Company, asked: str, accepted: str) -> str:
    """
    The language a chat starts in.

    Args:
        company: Whose languages there are.
        asked: `?lang=` of the address, "" if it is not there.
        accepted: The browser's Accept-Language, best first.
    """
    wishes = [asked, *(part.partition(";")[0].strip() for part in accepted[:200].split(","))]
    found = (wish[:2].lower() for wish in wishes if wish)
    return next((one for one in found if one in company.languages), company.languages[0])


@cache
def widget_script(languages: tuple[str, ...]) -> tuple[str, str]:
    """The widget with its words in these languages, the first one for whom none of them suits, and an entity tag."""
    words = {code: msgspec.json.decode((LOCALES / code / "widget.json").read_bytes()) for code in languages}
    inlined = msgspec.json.encode(words).decode().replace("</", "<\\/")
    script = _SCRIPT.read_text(encoding="utf-8").replace(_WORDS_MARK, inlined)
    return script, f'"{hashlib.sha256(script.encode()).hexdigest()[:16]}"'


@cache
def _page() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("demo.html.j2")
