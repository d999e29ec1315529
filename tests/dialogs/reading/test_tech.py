"""Products named in any spelling, and words that only look like one."""

from datetime import date

import pytest

from dialogs.reading.hear import hear
from tests.builders import demo


def tech(language: str, text: str) -> list[str]:
    reading = hear(text, demo().ears, language=language, asked=None, today=date(2026, 1, 20))
    return [found.value for found in reading.tech]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "из битрикса24 в амосрм", ["bitrix", "amocrm"]),
        ("ru", "на c++ и с#", ["cpp", "dotnet"]),
        ("ru", "1с и эксель", ["1c", "excel"]),
        ("uk", "хорошоп і нова пошта", ["horoshop", "nova_poshta"]),
        ("pl", "subiekt, baselinker i inpost", ["subiekt", "baselinker", "inpost"]),
        ("en", "asp.net, node.js and vue.js", ["dotnet", "nodejs", "vue"]),
        ("en", "React, react again", ["react"]),
    ],
)
def test_products_are_read_once_in_the_order_of_the_text(language: str, text: str, expected: list[str]) -> None:
    assert tech(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "let's go to work"),
        ("en", "my iphone broke"),
        ("pl", "prom do Szwecji"),
        ("ru", "напишите мне в телеграм"),
    ],
)
def test_ordinary_words_are_no_products(language: str, text: str) -> None:
    assert tech(language, text) == []
