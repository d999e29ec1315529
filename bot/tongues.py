"""The languages people can be spoken to in: every row of locales/languages.yaml, English first."""

from collections.abc import Mapping
from typing import Final

import yaml

from bot.workspace import LOCALES

FIRST: Final = "en"  # what is spoken where nothing says otherwise; its files say which texts there have to be


def _named() -> dict[str, str]:
    rows = yaml.safe_load((LOCALES / "languages.yaml").read_text("utf-8"))
    names = {str(language): str(row["name"]) for language, row in rows.items()}
    return {FIRST: names[FIRST]} | names


LANGUAGES: Final[Mapping[str, str]] = _named()
"""Language, two letters -> its own name."""
