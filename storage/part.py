"""What the parts of the store share."""

from storage.reader import Reader
from storage.writer import Writer


class Part:
    """One thing the store can do, with somewhere to write and somewhere to read."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader
