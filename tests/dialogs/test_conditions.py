"""The words of the condition language: what they mean, that they can be written back, and how slips are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.conditions import UnreadableCondition, read_condition
from scoring.conditions import All, Any, AtLeast, Condition, Flagged, Happened, Is, Known, Not, Unconfirmed, Within

A, B, C = Known("a.a"), Known("b.b"), Known("c.c")


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("need.category", Known("need.category")),
        ("budget.reaction is fine", Is("budget.reaction", ("fine",))),
        ("budget.reaction in fine less", Is("budget.reaction", ("fine", "less"))),
        ("authority.decides is true", Is("authority.decides", (True,))),
        ("authority.decides in true false", Is("authority.decides", (True, False))),
        ("timing.deadline within 90d", Within("timing.deadline", 90)),
        ("people.users at least 20", AtLeast("people.users", 20)),
        ("flag timing_tight", Flagged("timing_tight")),
        ("event product_page_viewed", Happened("product_page_viewed")),
        ("unconfirmed authority.role", Unconfirmed("authority.role")),
        ("not a.a", Not(A)),
        ("not not a.a", Not(Not(A))),
        ("a.a and b.b or c.c", Any((All((A, B)), C))),
        ("a.a or b.b and c.c", Any((A, All((B, C))))),
        ("(a.a or b.b) and c.c", All((Any((A, B)), C))),
        ("not a.a and b.b", All((Not(A), B))),
        ("not (a.a and b.b)", Not(All((A, B)))),
        ("a.a in x y and b.b", All((Is("a.a", ("x", "y")), B))),
        ("(a.a in x y)", Is("a.a", ("x", "y"))),
        ("  a.a\n  and b.b  ", All((A, B))),
        ("((a.a))", A),
    ],
)
def test_words_mean_a_condition(words: str, condition: Condition) -> None:
    assert condition == read_condition(words)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "expected more, found the end"),
        ("a.a and", "expected more, found the end"),
        ("a.a is", "expected more, found the end"),
        ("not", "expected more, found the end"),
        ("a.a b.b", "expected 'and', 'or' or the end, found 'b.b'"),
        ("a.a)", "expected 'and', 'or' or the end, found ')'"),
        ("(a.a", "expected ')', found None"),
        ("and a.a", "expected a fact such as need.category, found 'and'"),
        ("()", "expected a fact such as need.category, found ')'"),
        ("a.a is and", "expected a value, found 'and'"),
        ("a.a is )", "expected a value, found ')'"),
        ("a.a in", "expected values after 'a.a in', found None"),
        ("a.a in or b.b", "expected values after 'a.a in', found 'or'"),
        ("a.a within 90", "expected days such as 90d, found '90'"),
        ("a.a within xd", "expected a whole number, found 'x'"),
        ("a.a within ٣d", "expected a whole number, found '٣'"),
        ("a.a at most 3", "expected 'at least', found 'at most'"),
        ("a.a at least many", "expected a whole number, found 'many'"),
        ("flag not", "expected a name, found 'not'"),
        ("event", "expected more, found the end"),
    ],
)
def test_a_slip_is_told_by_what_was_expected_and_what_was_found(words: str, problem: str) -> None:
    with pytest.raises(UnreadableCondition) as raised:
        read_condition(words)
    assert problem in str(raised.value)


def written(condition: Condition) -> str:
    """The words of a condition, with a pair of brackets around every joint."""
    match condition:
        case Known(key):
            return key
        case Is(key, values):
            return f"{key} in {' '.join(str(value).lower() for value in values)}"
        case Within(key, days):
            return f"{key} within {days}d"
        case AtLeast(key, bound):
            return f"{key} at least {bound}"
        case Flagged(name):
            return f"flag {name}"
        case Happened(name):
            return f"event {name}"
        case Unconfirmed(key):
            return f"unconfirmed {key}"
        case Not(of):
            return f"not {written(of)}"
        case All(of):
            return f"({' and '.join(map(written, of))})"
        case Any(of):
            return f"({' or '.join(map(written, of))})"


keys = st.sampled_from(["need.category", "budget.amount", "timing.deadline", "x"])
names = st.sampled_from(["fine", "timing_tight", "c_level", "1c"])
whole = st.integers(0, 10_000)
values = st.lists(st.one_of(names, st.booleans()), min_size=1, max_size=3).map(tuple)
simple = st.one_of(
    st.builds(Known, keys),
    st.builds(Is, keys, values),
    st.builds(Within, keys, whole),
    st.builds(AtLeast, keys, whole),
    st.builds(Flagged, names),
    st.builds(Happened, names),
    st.builds(Unconfirmed, keys),
)


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, several), st.builds(Any, several))


@given(st.recursive(simple, joined, max_leaves=8))
def test_a_condition_written_in_words_reads_as_itself(condition: Condition) -> None:
    assert condition == read_condition(written(condition))


@given(st.lists(st.sampled_from(["a.a", "is", "in", "and", "or", "not", "(", ")", "flag", "at", "least", "3", "3d"])))
def test_words_in_any_order_are_a_condition_or_a_slip_and_nothing_else(words: list[str]) -> None:
    text = " ".join(words)
    try:
        condition = read_condition(text)
    except UnreadableCondition as slip:
        assert "expected" in str(slip)  # noqa: PT017 - either is right
    else:
        assert condition == read_condition(written(condition))
