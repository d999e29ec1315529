"""The tables' history, as Alembic migrations; the store applies what is missing when it opens."""
