"""Saved equals loaded."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.values import AskedQuestion, Choice, Conversation, Ending, Mode, Reply
from scoring.assess import Assessment
from scoring.estimate import Judgement, Sanity
from scoring.stages import Stage
from scoring.values import Evidence, Fact, Headcount, MoneyRange, Per, Phase, Signal, Source, Urgency, Window
from storage import codec
from tests import fakes

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
instants = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
amounts = st.decimals(min_value=0, allow_nan=False, allow_infinity=False)
days = st.dates()


@st.composite
def ranges(draw: st.DrawFn) -> MoneyRange:
    low, high = sorted((draw(amounts), draw(amounts)))
    ends = draw(st.sampled_from([(low, high), (None, high), (low, None), (low, low)]))
    currency = draw(st.sampled_from([None, "PLN", "USDT"]))
    return MoneyRange(*ends, currency, draw(st.sampled_from([None, *Per])), draw(st.sampled_from([None, "net"])))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = sorted((draw(days), draw(days)))
    ends = draw(st.sampled_from([(start, end), (None, end), (start, None)]))
    hard, phase = draw(st.sampled_from([None, True, False])), draw(st.sampled_from([None, *Phase]))
    return Window(*ends, draw(st.sampled_from(Urgency)), hard, phase)


values = st.one_of(
    st.none(),
    words,
    st.booleans(),
    st.integers(),
    ranges(),
    windows(),
    st.builds(Headcount, st.integers(0, 9), st.just(9)),
)
evidence = st.builds(Evidence, st.sampled_from(Source), words, words, st.integers(0, 9999), st.integers(0, 9999))
facts = st.builds(Fact, words, values, evidence, words, instants, st.floats(0, 1))
conversations = st.builds(
    Conversation,
    id=words,
    channel=words,
    framework=words,
    language=words,
    started=instants,
    turn=st.integers(0, 2**31),
    mode=st.sampled_from(Mode),
    stage=st.sampled_from(Stage),
    asked=st.lists(
        st.builds(AskedQuestion, words, st.integers(0, 99), st.sampled_from(Ending), st.integers(1, 9)), max_size=3
    ).map(tuple),
    facts=st.lists(facts, max_size=4).map(tuple),
    signals=st.lists(st.builds(Signal, words, words, instants), max_size=3).map(tuple),
    language_fixed=st.booleans(),
    told=st.lists(words, max_size=3).map(tuple),
    handoff=words,
    parked_until=words,
    taken_from=st.none() | st.sampled_from(Mode),
    alone_since=st.none() | instants,
    generation=st.integers(0, 2**31),
    source=words,
    page=words,
)


@given(conversations)
def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    rows = [codec.fact_row(conversation.id, seq, fact) for seq, fact in enumerate(conversation.facts)]
    loaded = codec.conversation_of(
        (
            conversation.id,
            conversation.channel,
            conversation.turn,
            conversation.generation,
            codec.state_text(conversation),
        ),
        tuple(map(codec.fact_of, rows)),
    )
    assert loaded == conversation
    assert repr([fact.value for fact in loaded.facts]) == repr([fact.value for fact in conversation.facts])


@given(st.lists(st.builds(Reply, words, words, st.lists(st.builds(Choice, words, words)).map(tuple), words)))
def test_replies_come_back_as_they_were(replies: list[Reply]) -> None:
    assert codec.replies_of(codec.replies_text(tuple(replies))) == tuple(replies)


@given(instants, instants)
def test_stamps_sort_like_the_instants_they_stand_for(one: datetime, other: datetime) -> None:
    assert codec.moment(codec.stamp(one)) == one
    assert (codec.stamp(one) < codec.stamp(other)) == (one < other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        codec.stamp(datetime(2026, 3, 2))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("crm", '"crm"'),
        (True, "true"),
        (25, "25"),
        (None, "null"),
        (2**64, '{"int":"18446744073709551616"}'),
        (Headcount(5, 10), '{"people":{"low":5,"high":10}}'),
        (
            MoneyRange(Decimal("8E+4"), None, "PLN"),
            '{"money":{"low":"8E+4","high":null,"currency":"PLN","per":null,"note":null}}',
        ),
        (
            Window(None, date(2026, 9, 1), Urgency.DATED),
            '{"window":{"start":null,"end":"2026-09-01","urgency":"dated","hard":null,"phase":null,"said":null}}',
        ),
    ],
)
def test_values_are_written_plainly(value: object, text: str) -> None:
    assert codec.value_text(value) == text
    assert repr(codec.value_of(text)) == repr(value)


def test_a_state_of_an_older_version_takes_todays_defaults() -> None:
    state = '{"framework":"bant","language":"uk","started":"2026-03-02T09:00:00Z","left_out_since":1}'
    loaded = codec.conversation_of(("c1", "web", 3, 2, state), ())
    assert loaded == Conversation("c1", "web", "bant", "uk", fakes.MONDAY, turn=3, generation=2)


def test_every_field_of_a_conversation_is_kept() -> None:
    kept = {
        *msgspec.json.decode(codec.state_text(fakes.conversation())),
        "id",
        "channel",
        "turn",
        "generation",
        "facts",
    }
    assert kept == {field.name for field in msgspec.structs.fields(Conversation)}


def full_assessment(facts: tuple[Fact, ...]) -> Assessment:
    judged = Judgement(Sanity.TIGHT, 0.5, facts[1])
    return msgspec.structs.replace(fakes.assessment(facts), timing=judged)


def test_an_assessment_points_to_its_facts_and_is_read_with_them_written_out() -> None:
    told = fakes.inbound(text="Хочемо свій Google за місяць")
    facts = tuple(fakes.fact(key, fakes.MONEY, told) for key in ("need.goal", "budget.amount"))
    weighed = full_assessment(facts)
    text = codec.assessment_text(weighed, facts)
    assert told.text not in text
    assert codec.assessment_of(text, facts) == msgspec.json.decode(msgspec.json.encode(weighed))


def test_a_fact_made_while_weighing_is_written_out() -> None:
    told = fakes.inbound()
    facts = tuple(fakes.fact(key, True, told) for key in ("a", "b"))
    weighed = full_assessment(facts)
    text = codec.assessment_text(weighed, facts[:1])
    assert codec.assessment_of(text, facts[:1]) == msgspec.json.decode(msgspec.json.encode(weighed))


def test_what_stands_is_the_latest_of_each_key() -> None:
    told = fakes.inbound()
    said = [("contact.name", "Ola"), ("contact.email", "a@b.pl"), ("contact.name", "Olga"), ("contact.email", None)]
    facts = [fakes.fact(key, value, told) for key, value in said]
    assert codec.standing(facts, "contact.") == {"contact.name": "Olga"}
