"""Channels: thin translations between a way to talk and the one reception."""
