"""Which country a number or an address tells of."""

import pytest

from dialogs.reading.countries import of_address, of_phone


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+48601222333", "PL"),
        ("+380671234567", "UA"),
        ("+77011234567", "KZ"),
        ("+79261234567", "RU"),
        ("+442079460123", "GB"),
        ("601222333", None),
        ("+800", None),
        ("+", None),
    ],
)
def test_a_number_tells_its_country(number: str, country: str | None) -> None:
    assert of_phone(number) == country


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("jan@polmax.pl", "PL"),
        ("https://shop.acme.co.uk/a.pl", "GB"),
        ("завод.рф", "RU"),
        ("kvitka.com.ua", "UA"),
        ("acme.com", None),
        ("acme.io", None),
        ("acme.ai", None),
        ("", None),
        ("@", None),
    ],
)
def test_an_address_tells_its_country(address: str, country: str | None) -> None:
    assert of_address(address) == country
