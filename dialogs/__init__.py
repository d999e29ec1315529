"""The core that hears and speaks: an inbound message in, facts, replies and effects out."""
