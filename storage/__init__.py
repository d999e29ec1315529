"""The shell that remembers: one transaction a turn, an inbox, an outbox, timers."""
