"""
What can go wrong while remembering.

StorageError
├── AlreadyTaken            another turn has answered what this one is made of: look for what is left
├── ConversationConflict    somebody else wrote this conversation first: repeat the turn
├── NoSuchConversation      an inbound for a conversation nobody opened
├── StoreBusy               the database is locked or the queue is full: try again in retry_after seconds
└── StoreUnavailable        the database cannot be written (disk full, read-only, broken): a person must look
"""


class StorageError(Exception):
    """The base of everything storage raises."""


class AlreadyTaken(StorageError):  # noqa: N818 - named for what happened
    """Updates this turn would answer were answered by another turn; nothing was stored."""


class ConversationConflict(StorageError):  # noqa: N818 - named for what happened
    """Another writer moved the conversation on between reading and writing."""


class NoSuchConversation(StorageError):  # noqa: N818
    """Nobody opened a conversation under this id."""


class StoreBusy(StorageError):  # noqa: N818
    """The database is locked or too much is waiting; nothing was stored."""

    def __init__(self, problem: str, retry_after: float = 1.0) -> None:
        super().__init__(problem)
        self.retry_after = retry_after  # seconds


class StoreUnavailable(StorageError):  # noqa: N818
    """The database cannot be written; the message says why and what to do."""
