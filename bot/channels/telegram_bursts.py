"""What one visitor writes in a row in a Telegram chat, to be answered once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.channels.telegram_wire import Seen, read_update
from dialogs.answers import LONGEST_READ
from storage.values import InboxRow

PAUSE = timedelta(seconds=1.5)  # after the latest words of a visitor, before all of them are answered together
LONGEST_PAUSE = timedelta(seconds=6)  # after the first of them: whoever keeps writing is answered all the same
MOST_TOGETHER = 20  # messages answered together

MayWait = Callable[[str, Sequence[str]], Awaitable[Sequence[bool]]]
"""Whether each of these words, said in this thread, may wait for more and be answered together with them."""


async def words_among(rows: Sequence[InboxRow], may_wait: MayWait | None = None) -> Sequence[InboxRow]:
    """
    The rows at the head of a thread that can be answered together: words that may wait, as many as the core reads.

    Raises:
        StorageError: It cannot be told what may wait.
    """
    words: list[InboxRow] = []
    texts: list[str] = []
    room = LONGEST_READ
    for row in rows:
        seen = read_update(row)
        text = seen.incomings[0].text if seen.typed else ""
        room -= len(text) + 1
        if not text or (words and room < -1):  # the last line has no end
            break
        words.append(row)
        texts.append(text)
    if not words or may_wait is None:
        return words
    free = await may_wait(rows[0].thread, texts)
    return words[: free.index(False)] if False in free else words


def joined(rows: Sequence[InboxRow]) -> Seen:
    """
    Several messages as one, line by line; it settles the rows of all of them.

    It bears the id of the first: handled again together with fewer or more of them it is the same turn.
    """
    said = [read_update(row).incomings[0] for row in rows]
    text = "\n".join(one.text for one in said)
    also = tuple(one.inbox_id for one in said[1:])
    return Seen((replace(said[0], text=text, at=said[-1].at, also_settles=also),), typed=True)
