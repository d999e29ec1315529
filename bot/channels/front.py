"""From what a pushing channel heard to a turn: finds or opens the conversation of the thread."""

from collections.abc import Sequence

from bot.channels.incoming import Incoming
from bot.channels.telegram_wire import CHANNEL
from bot.reception import Reception
from dialogs.answers import REFUSED
from dialogs.engine import open_conversation
from dialogs.urgent import is_urgent
from dialogs.values import Conversation, Inbound, Mode, Origin
from storage.errors import ConversationConflict
from storage.ids import uuid7
from storage.store import Store
from storage.values import StoredTurn, TurnRequest


class TelegramFront:
    """Knows which conversation a Telegram chat belongs to."""

    def __init__(self, store: Store, reception: Reception) -> None:
        self._store = store
        self._reception = reception

    async def receive(self, incoming: Incoming) -> StoredTurn:
        """
        One committed turn; the thread's conversation is opened by its first message.

        An update that could not be taken (its inbound id begins with "lost:") becomes an apology and a handoff.
        """
        take = self._reception.hand_over if incoming.inbound.startswith(Origin.LOST) else self._reception.receive
        try:
            return await take(await self._request(incoming))
        except ConversationConflict:  # another process opened the thread in between
            return await take(await self._request(incoming))

    async def may_wait(self, thread: str, texts: Sequence[str]) -> Sequence[bool]:
        """
        Whether each of these messages may wait for more: none while a person has the talk, nor who asks for one.

        Raises:
            StorageError: Nobody can say who has the talk.
        """
        known = await self._store.find(CHANNEL, thread)
        conversation = None if known is None else await self._store.conversation(known)
        if conversation is not None and conversation.mode is Mode.HUMAN:
            return [False] * len(texts)
        ears = self._reception.library.ears
        return [not is_urgent(text, ears) for text in texts]

    async def _request(self, incoming: Incoming) -> TurnRequest:
        known = await self._store.find(incoming.channel, incoming.thread)
        conversation = known or str(uuid7())
        inbound = Inbound(
            incoming.inbound,
            conversation,
            incoming.kind,
            _text(incoming),
            incoming.at,
            language_hint=incoming.language_hint,
            size=incoming.file_size,
            handle=f"@{incoming.sender_username}" if incoming.sender_username else "",
            sender=incoming.sender_name[:100],
        )
        opening = None if known else self._opening(incoming, inbound)
        return TurnRequest(
            inbound,
            opening,
            inbox_id=incoming.inbox_id,
            also_settles=incoming.also_settles,
            payload=incoming.file_bytes,
            external="" if known else incoming.thread,
        )

    def _opening(self, incoming: Incoming, inbound: Inbound) -> Conversation:
        library = self._reception.library
        hint = incoming.language_hint[:2].lower()
        language = hint if hint in library.wordings else library.company.languages[0]
        return open_conversation(
            inbound.conversation,
            incoming.channel,
            library.framework_for("", incoming.source),
            language,
            inbound,
            source=incoming.source,
            address=incoming.thread,
        )


def _text(incoming: Incoming) -> str:
    """What the core is told: the words, or the file's name, or why the file could not be kept."""
    if incoming.file_refused:
        return f"{REFUSED}{incoming.file_refused}:{incoming.file_name}"
    return incoming.file_name.replace(":", "_") or incoming.text
