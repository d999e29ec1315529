"""Keys that grow with time."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from storage.ids import uuid7


def test_a_key_is_a_uuid_of_version_seven_and_of_now() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid.UUID(uuid7())
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert before <= key.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_keys_grow_and_never_repeat() -> None:
    keys = [uuid7() for _ in range(5000)]
    assert keys == sorted(set(keys))


def test_threads_share_the_order() -> None:
    with ThreadPoolExecutor(4) as threads:
        keys = list(threads.map(lambda _number: [uuid7() for _ in range(500)], range(8)))
    assert len({key for some in keys for key in some}) == 4000
    assert all(some == sorted(some) for some in keys)
