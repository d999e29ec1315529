"""The demo company's front page and the widget script, as they go out."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.workspace import LOCALES
from scoring.company import Company

_HERE = Path(__file__).resolve().parent
_SCRIPT = _HERE.parent / "widget" / "banter.js"
_WORDS_MARK = "/*BANTER_WORDS*/{}"


def demo_page(company: Company, public_url: str) -> str:
    """The front page with the widget's script tag."""
    return _page().render(company=company, public_url=public_url, languages=company.languages)


@cache
def widget_script() -> tuple[str, str]:
    """The widget with its words in every language, and an entity tag."""
    words = {path.parent.name: msgspec.json.decode(path.read_bytes()) for path in sorted(LOCALES.glob("*/widget.json"))}
    inlined = msgspec.json.encode(words).decode().replace("</", "<\\/")
    script = _SCRIPT.read_text(encoding="utf-8").replace(_WORDS_MARK, inlined)
    return script, f'"{hashlib.sha256(script.encode()).hexdigest()[:16]}"'


@cache
def _page() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("demo.html.j2")
