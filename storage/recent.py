"""Conversations read or written a moment ago, so that their next turn need not read all their facts again."""

from collections import OrderedDict
from collections.abc import Iterable

from dialogs.values import Conversation

_MOST = 1_000  # about 10 kB each


class Recent:
    """
    The last conversations that were committed, by id.

    A conversation's turn is its version: one that the database has under another turn is read anew, so another process
    may write too. Whoever changes a stored conversation outside a turn has to raise its turn, or delete it.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Conversation] = OrderedDict()
        self._held: list[Conversation] = []

    def get(self, key: str, turn: int) -> Conversation | None:
        """The conversation as of this turn, None if it is not at hand."""
        found = self._kept.get(key)
        return found if found is not None and found.turn == turn else None

    def hold(self, conversations: Iterable[Conversation]) -> None:
        """Conversations as they will be once the transaction is committed."""
        self._held.extend(conversations)

    def commit(self) -> None:
        """The transaction is committed: what was held is what the database has."""
        for conversation in self._held:
            self._kept[conversation.id] = conversation
            self._kept.move_to_end(conversation.id)
        self._held.clear()
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def roll_back(self) -> None:
        """The transaction failed, or may have: nothing is known about what it touched."""
        for conversation in self._held:
            self._kept.pop(conversation.id, None)
        self._held.clear()
