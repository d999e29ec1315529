"""The shell that waits, talks and wires: channels, reception, delivery, console, commands."""

__version__ = "0.1.0"
