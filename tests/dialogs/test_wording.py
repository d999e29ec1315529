"""What is said: catalogues, variants that do not repeat, plurals, and templates that cannot surprise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from dialogs.errors import BrokenContent
from dialogs.library import Library
from dialogs.wording import Voice, Wording, read_wording

HEAD = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
"""


def catalogue(*lines: tuple[str, str]) -> bytes:
    return (HEAD + "".join(f'\nmsgid "{key}"\nmsgstr "{text}"\n' for key, text in lines)).encode()


THREE = read_wording("uk", "uk.po", catalogue(("hi", "one"), ("hi/2", "two"), ("hi/3", "three"), ("bye", "bye")))


def test_variants_of_a_line_share_its_key() -> None:
    assert (THREE.variants("hi"), THREE.variants("bye"), sorted(THREE.keys())) == (3, 1, ["bye", "hi"])
    assert (THREE.has("hi"), THREE.has("hi/2"), THREE.has("nothing")) == (True, False, False)


@given(seeds=st.lists(st.text(), min_size=3, max_size=3))
def test_no_variant_comes_back_while_there_is_a_fresh_one(seeds: list[str]) -> None:
    told: tuple[str, ...] = ()
    said = []
    for seed in seeds:
        voice = Voice(THREE, seed, told)
        said.append(voice.say("hi"))
        told = voice.told
    assert set(said) == {"one", "two", "three"}


@given(seeds=st.lists(st.text(), min_size=4, max_size=9))
def test_once_all_were_said_the_one_said_longest_ago_comes_back(seeds: list[str]) -> None:
    told: tuple[str, ...] = ()
    said: list[str] = []
    for seed in seeds:
        voice = Voice(THREE, seed, told)
        said.append(voice.say("hi"))
        told = voice.told
    assert all(said[at] == said[at - 3] for at in range(3, len(said)))
    assert len(told) == 3


def test_variables_and_words_in_their_number_are_filled_in_without_jinja() -> None:
    forms = r"""
msgid "unit.week"
msgid_plural "unit.week"
msgstr[0] "week"
msgstr[1] "weeks"
msgstr[2] "weeks"
"""
    line = ("takes", "100 % sure: {{ low }}–{{ high }} {{plural( high , 'unit.week' )}}, {{ high }} %s")
    said = read_wording("uk", "uk.po", catalogue(line) + forms.encode())
    assert said.render("takes", low=1, high=21) == "100 % sure: 1–21 week, 21 %s"
    assert said.render("takes", low="<b>", high=5) == "100 % sure: <b>–5 weeks, 5 %s"
    with pytest.raises(UndefinedError, match="'high' is undefined"):
        said.render("takes", low=1)


def test_the_same_seed_chooses_the_same_variant_and_seeds_differ() -> None:
    first = [Voice(THREE, str(seed), ()).say("hi") for seed in range(30)]
    assert first == [Voice(THREE, str(seed), ()).say("hi") for seed in range(30)]
    assert set(first) == {"one", "two", "three"}


def test_a_one_time_line_is_said_once() -> None:
    voice = Voice(THREE, "s", ("old",))
    assert (voice.once("estimate"), voice.once("estimate"), voice.once("old")) == (True, False, False)
    assert voice.told == ("old", "estimate")


def test_a_name_is_not_marked_as_said() -> None:
    voice = Voice(THREE, "s", ())
    assert (voice.word("hi"), voice.told) == ("one", ())


def test_a_variable_nobody_gives_is_an_error_and_not_an_empty_place() -> None:
    wording = read_wording("en", "en.po", catalogue(("x", "Hello {{ nobody }}!")))
    with pytest.raises(UndefinedError, match="nobody"):
        wording.render("x")


@pytest.mark.parametrize("text", ["Hello {{ name", "{% if %}", "{{ name | no_such_filter }}", "{% include %}"])
def test_a_template_that_does_not_compile_is_told_by_its_key(text: str) -> None:
    with pytest.raises(BrokenContent) as raised:
        read_wording("en", "en.po", catalogue(("fine", "fine"), ("x/2", text), ("y", text)))
    assert [one.key for one in raised.value.problems] == ["x/2", "y"]


def test_a_template_cannot_reach_into_python() -> None:
    wording = read_wording("en", "en.po", catalogue(("x", "{{ name.__class__.__mro__ }}")))
    with pytest.raises((SecurityError, UndefinedError)):
        wording.render("x", name="me")


def test_what_a_visitor_wrote_is_text_and_never_a_template() -> None:
    wording = read_wording("en", "en.po", catalogue(("x", "You said {{ it }}")))
    assert wording.render("x", it="{{ 7*7 }}") == "You said {{ 7*7 }}"


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\x00", b'msgid "a"\nmsgid "b"', b"nonsense", b'msgid "a"\nmsgstr "b\n', b'msgid "a"\n"b']
)
def test_what_is_no_catalogue_is_refused_by_file(text: bytes) -> None:
    with pytest.raises(BrokenContent, match=r"en\.po:\d: is no"):
        read_wording("en", "en.po", text)


def test_an_operators_own_line_replaces_all_variants_of_ours() -> None:
    own = catalogue(("hi", "ahoy"), ("new", "new"))
    packaged = catalogue(("hi", "one"), ("hi/2", "two"), ("bye", "bye"))
    merged = read_wording("en", "en.po", packaged, own)
    assert (merged.variants("hi"), merged.render("hi"), merged.render("bye"), merged.render("new")) == (
        1,
        "ahoy",
        "bye",
        "new",
    )


def test_a_line_is_placed_where_it_stands() -> None:
    own = catalogue(("hi", "ahoy"), ("new", "new"))
    origin = read_wording("en", "en.po", catalogue(("hi", "one"), ("bye", "bye")), own, "own/en.po").origin
    assert [origin.place(name) for name in ("hi", "bye", "new", "nothing")] == [
        ("own/en.po", 7),
        ("en.po", 10),
        ("own/en.po", 10),
        ("own/en.po", None),
    ]


def test_an_operators_template_that_does_not_compile_is_placed_in_their_file() -> None:
    own = catalogue(("hi", "Hello {{ name"))
    with pytest.raises(BrokenContent, match=r"^own/en\.po:7: hi: is no template"):
        read_wording("en", "en.po", catalogue(("hi", "one")), own, "own/en.po")


def test_an_empty_line_of_an_operator_stays_to_be_found() -> None:
    merged = read_wording("en", "en.po", catalogue(("hi", "one")), catalogue(("hi", "")), "own/en.po")
    assert merged.render("hi") == ""


PLURALS = {
    "en": {1: "week", 2: "weeks", 5: "weeks", 21: "weeks"},
    "pl": {1: "tydzień", 2: "tygodnie", 5: "tygodni", 22: "tygodnie", 12: "tygodni"},
    "uk": {1: "тиждень", 2: "тижні", 5: "тижнів", 21: "тиждень", 11: "тижнів"},
    "ru": {1: "неделя", 2: "недели", 5: "недель", 21: "неделя", 11: "недель"},
}


@pytest.mark.parametrize("language", PLURALS)
def test_weeks_are_counted_as_the_language_counts(library: Library, language: str) -> None:
    wording = library.wordings[language]
    assert PLURALS[language] == {number: wording.plural(number, "unit.week") for number in PLURALS[language]}


def test_every_language_says_the_same_things(library: Library) -> None:
    english = set(library.wordings["en"].keys())
    assert {language: english ^ set(one.keys()) for language, one in library.wordings.items()} == {
        language: set() for language in library.wordings
    }


def test_a_language_nobody_packaged_falls_back_to_the_companys_first(library: Library) -> None:
    wording: Wording = library.wording("xx")
    assert wording.language == library.company.languages[0]
