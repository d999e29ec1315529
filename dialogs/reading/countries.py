"""Which country a telephone number or an address on the web is of."""

import phonenumbers

# Endings that are of a country on paper and used all over the world.
_WORLDWIDE = frozenset(("ai", "cc", "co", "fm", "gg", "io", "me", "tv", "vc", "ws", "so", "to", "ly", "is", "la"))
_OTHERWISE = {"uk": "GB", "su": "RU", "рф": "RU", "укр": "UA", "бел": "BY", "қаз": "KZ"}


def of_phone(number: str) -> str | None:
    """ISO 3166 code of the country of an E.164 number, None where it is of none or of several."""
    if not number.startswith("+"):
        return None
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    return found if found in phonenumbers.SUPPORTED_REGIONS else None


def of_address(address: str) -> str | None:
    """ISO 3166 code of the country an address or an e-mail address ends in, None for .com and its like."""
    host = address.rpartition("@")[2].partition("://")[2] or address.rpartition("@")[2]
    ending = host.partition("/")[0].rstrip(".").rpartition(".")[2].lower()
    if ending in _WORLDWIDE:
        return None
    code = _OTHERWISE.get(ending, ending.upper())
    return code if code in phonenumbers.SUPPORTED_REGIONS else None
