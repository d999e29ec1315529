"""The sales console: server-rendered pages over what is stored."""
