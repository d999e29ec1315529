"""The last turns of many conversations in one question."""

from storage.store import Store
from storage.values import TurnRequest
from tests import fakes


async def test_the_last_turns_of_those_that_are_there(store: Store) -> None:
    for key, inbound in (("c1", "i1"), ("c1", "i2"), ("c2", "i1"), ("c3", "i1")):
        told = fakes.inbound(inbound, key)
        await store.take(TurnRequest(told, fakes.conversation(key)), fakes.decide, fakes.silent)
    assert await store.latest_turns(["c1", "c2", "nobody"]) == {"c1": 2, "c2": 1}
    assert await store.latest_turns([]) == {}
