"""Words misspelled by one slip of the finger."""

from rapidfuzz.distance import OSA


def one_slip(word: str, known: str) -> bool:
    """Whether the word begins like the known one but for a letter too many, too few, another or swapped."""
    size = len(known)
    if word.startswith(known):
        return False  # no slip: the phrases have found it and thought better of it
    return any(OSA.distance(word[:end], known, score_cutoff=1) == 1 for end in (size - 1, size, size + 1))
