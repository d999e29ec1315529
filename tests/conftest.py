"""What every test may ask for: the demo library, read once; and properties that run the same way every time."""

import pytest
from hypothesis import HealthCheck, settings

from dialogs.library import Library
from tests.builders import demo

settings.register_profile(
    "house", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def library() -> Library:
    return demo()
