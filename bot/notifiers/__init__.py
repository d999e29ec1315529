"""Notifiers: ways to tell sales about a handoff."""
