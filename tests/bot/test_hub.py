"""The hub: hints for open streams, and nothing kept for closed ones."""

from contextlib import suppress

from bot.hub import Hub


def test_only_the_streams_of_a_conversation_are_woken() -> None:
    hub = Hub()
    with hub.watch("a") as first, hub.watch("a") as second, hub.watch("b") as other:
        hub.tell([("a", 1), ("nobody", 1)])
        assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)


def test_a_closed_stream_is_forgotten() -> None:
    hub = Hub()
    with hub.watch("a"):
        with hub.watch("a"):
            assert hub.streams == 2
        assert hub.streams == 1
    assert hub.streams == 0
    hub.tell([("a", 2)])


def test_a_stream_that_breaks_is_forgotten_too() -> None:
    hub = Hub()
    with suppress(ConnectionError), hub.watch("a"):
        raise ConnectionError
    assert hub.streams == 0


def test_closing_lets_every_stream_end() -> None:
    hub = Hub()
    with hub.watch("a") as first, hub.watch("b") as second:
        hub.close()
        assert (hub.closed, first.is_set(), second.is_set()) == (True, True, True)
