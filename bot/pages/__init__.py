"""Pages and scripts a visitor loads."""
