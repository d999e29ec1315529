"""Readers: words into typed values with span, quote, origin and confidence; one module per kind."""
