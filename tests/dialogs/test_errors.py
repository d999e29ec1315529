"""Problems of content as people read them."""

from dialogs.errors import ContentError, folded


def missing(*keys: str, line: int | None = None) -> list[ContentError]:
    return [ContentError("banter.po", key, "is missing in pl", "add it", line) for key in keys]


def test_many_problems_alike_share_a_line_where_the_first_stood() -> None:
    other = ContentError("banter.po", "help", "is empty", "write the text", 5)
    assert list(folded([*missing("a", "b"), other, *missing("c", "d")])) == [
        "banter.po: is missing in pl (4 times): a, b, c, d -> add it",
        "banter.po:5: help: is empty -> write the text",
    ]


def test_a_few_are_told_one_by_one() -> None:
    assert list(folded(missing("a", "b", "c"))) == [f"banter.po: {key}: is missing in pl -> add it" for key in "abc"]


def test_what_stands_in_lines_of_its_own_is_never_folded() -> None:
    problems = [one for line in range(1, 9) for one in missing("a", line=line)]
    assert list(folded(problems)) == list(map(str, problems))


def test_a_long_line_names_the_first_and_counts_the_rest() -> None:
    (line,) = folded(missing(*(f"k{at}" for at in range(100))))
    assert line.startswith("banter.po: is missing in pl (100 times): k0, k1, ")
    assert line.endswith(", k11 and 88 more -> add it")
