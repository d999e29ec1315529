"""What the console and the web channel read."""

from dataclasses import replace
from datetime import timedelta

from msgspec import structs

from dialogs.values import Conversation, Inbound, Kind, Outcome
from scoring.stages import Stage
from scoring.values import Temperature
from storage.store import Store
from storage.values import TurnRequest
from tests import fakes


async def lead(
    store: Store,
    key: str,
    minute: int,
    stage: Stage = Stage.CONTACT_US,
    heat: Temperature = Temperature.COLD,
    **told: str,
) -> None:
    def decide(before: Conversation, inbound: Inbound) -> Outcome:
        new = [fakes.fact(f"contact.{part}", value, inbound) for part, value in told.items()]
        decided = fakes.outcome(before, inbound, new, stage=stage, handoff="offered" if told else "")
        return replace(decided, assessment=structs.replace(decided.assessment, temperature=heat, total=42))

    inbound = replace(fakes.inbound(f"i{minute}", key), at=fakes.MONDAY + timedelta(minutes=minute))
    await store.take(TurnRequest(inbound, fakes.conversation(key)), decide, fakes.silent)


async def shown(store: Store, **which: object) -> list[str]:
    return [row.conversation for row in await store.leads(**which)]


async def test_a_lead_is_shown_as_its_last_turn_left_it(store: Store) -> None:
    await lead(store, "c1", 0)
    await lead(
        store, "c1", 3, Stage.MQL, Temperature.WARM, name="Олена", company="Льон", phone="+48 601", telegram="@ole"
    )
    [row] = await store.leads()
    assert (row.stage, row.temperature, row.total, row.maximum, row.turn) == ("mql", "warm", 42, 100, 2)
    assert (row.name, row.company, row.contact, row.handoff) == ("Олена", "Льон", "+48 601", "offered")
    assert (row.channel, row.source, row.page, row.language) == ("web", "spring", "/prices", "en")
    assert (row.opened, row.updated) == (fakes.MONDAY, fakes.MONDAY + timedelta(minutes=3))


async def test_pages_follow_each_other_without_gaps_or_repeats(store: Store) -> None:
    for number in range(7):
        await lead(store, f"c{number}", number // 2)  # pairs of the same minute
    pages, before = [], ""
    while page := await shown(store, limit=3, before=before):
        pages.append(page)
        before = page[-1]
    assert pages == [["c6", "c5", "c4"], ["c3", "c2", "c1"], ["c0"]]
    assert await shown(store, before="nobody") == []


async def test_leads_are_filtered_and_counted(store: Store) -> None:
    await lead(store, "c1", 1, Stage.MQL, Temperature.HOT)
    await lead(store, "c2", 2, Stage.MQL, Temperature.WARM)
    await lead(store, "c3", 3)
    assert await shown(store, stage="mql") == ["c2", "c1"]
    assert await shown(store, stage="mql", temperature="hot") == ["c1"]
    assert await shown(store, temperature="cold") == ["c3"]
    assert await store.lead_counts() == {("mql", "hot"): 1, ("mql", "warm"): 1, ("contact_us", "cold"): 1}


async def test_a_search_finds_words_in_any_case_and_nothing_by_signs(store: Store) -> None:
    await lead(store, "c1", 1, name="Олена Ковальчук", company="ЛЬОН")
    await lead(store, "c2", 2, name="Jan", email="jan_k@żubr.pl", telegram="@jan")
    assert await shown(store, search="олена") == ["c1"]
    assert await shown(store, search="льон КОВАЛЬ") == ["c1"]
    assert await shown(store, search="ŻUBR") == ["c2"]
    assert await shown(store, search="@jan") == ["c2"]
    assert await shown(store, search="spring") == ["c2", "c1"]
    assert await shown(store, search="%") == []
    assert await shown(store, search="n_k") == ["c2"]
    assert await shown(store, search="'; DROP TABLE leads; --") == []


async def test_one_lead_is_shown_with_everything(store: Store) -> None:
    await lead(store, "c1", 0, name="Ola", email="ola@len.pl")
    await lead(store, "c1", 1, name="Olga")
    found = await store.lead("c1")
    assert found is not None
    assert (found.row.name, found.email, found.phone) == ("Olga", "ola@len.pl", "")
    assert [fact.value for fact in found.facts] == ["Ola", "ola@len.pl", "Olga"]
    assert [turn.turn for turn in found.transcript] == [1, 2]
    [reason] = found.assessment["criteria"][0]["reasons"]
    assert reason["facts"][0]["evidence"]["quote"] == "We need a CRM"
    assert await store.lead("nobody") is None


async def test_a_transcript_says_who_spoke(store: Store) -> None:
    told = [Kind.START, Kind.TEXT, Kind.CHOICE, Kind.FILE, Kind.SIGNAL, Kind.TIMEOUT, Kind.HUMAN]
    for number, kind in enumerate(told):
        request = TurnRequest(fakes.inbound(f"i{number}", "c1", f"said {number}", kind=kind), fakes.conversation())
        await store.take(request, fakes.decide, fakes.silent)
    transcript = await store.transcript("c1")
    assert [turn.author for turn in transcript] == [
        "system",
        "visitor",
        "visitor",
        "visitor",
        "system",
        "system",
        "human",
    ]
    second = transcript[1]
    assert (second.turn, second.inbound, second.kind, second.text, second.at, second.asked) == (
        2,
        "i1",
        "text",
        "said 1",
        fakes.MONDAY,
        "need.category",
    )
    assert second.replies[0].choices[0].label == "Keep our customers"
    assert await store.turns_after("c1", 5) == transcript[5:]
    assert await store.transcript("nobody") == ()


async def test_a_conversation_is_served_to_its_token_alone(store: Store) -> None:
    request = TurnRequest(fakes.inbound(), fakes.conversation(), token_hash="good")
    await store.take(request, fakes.decide, fakes.silent)
    await store.take(TurnRequest(fakes.inbound("i", "c2"), fakes.conversation("c2")), fakes.decide, fakes.silent)
    assert await store.conversation_by_token("c1", "good")
    assert not await store.conversation_by_token("c1", "bad")
    assert not await store.conversation_by_token("c1", "")
    assert not await store.conversation_by_token("c2", "")  # a chat without a token is nobody's on the web
    assert not await store.conversation_by_token("nobody", "good")
