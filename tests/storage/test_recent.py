"""Conversations at hand are those that were committed, under the version the database has."""

import pytest

from storage import recent
from storage.recent import Recent
from tests import fakes


def test_only_what_is_committed_is_at_hand() -> None:
    near, held = Recent(), fakes.conversation("c1", turn=1)
    near.hold([held])
    assert near.get("c1", 1) is None
    near.commit()
    assert near.get("c1", 1) is held


def test_another_version_is_not_at_hand() -> None:
    near = Recent()
    near.hold([fakes.conversation("c1", turn=1)])
    near.commit()
    assert near.get("c1", 2) is None


def test_after_a_failure_nothing_it_touched_is_at_hand() -> None:
    near = Recent()
    near.hold([fakes.conversation("c1", turn=1)])
    near.commit()
    near.hold([fakes.conversation("c1", turn=2)])
    near.roll_back()
    near.commit()
    assert (near.get("c1", 1), near.get("c1", 2)) == (None, None)


def test_the_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "_MOST", 2)
    near = Recent()
    for key, turn in (("c1", 1), ("c2", 1), ("c1", 2), ("c3", 1)):
        near.hold([fakes.conversation(key, turn=turn)])
        near.commit()
    assert near.get("c2", 1) is None
    assert near.get("c1", 2) is not None
