"""
What can go wrong in the shell.

ShellError
├── BadSetting       an environment variable does not say what it should (the operator's slip)
└── DeliveryFailed   something did not leave, or may not have (the world)
"""


class ShellError(Exception):
    """The base of everything the shell raises."""


class BadSetting(ShellError):  # noqa: N818 - named for what happened
    """A setting is unknown or unreadable; the message names it and says what to write."""


class DeliveryFailed(ShellError):  # noqa: N818
    """A message to the outside did not arrive, or may not have."""

    def __init__(
        self, problem: str, *, retry_after: float | None = None, permanent: bool = False, uncertain: bool = False
    ) -> None:
        super().__init__(problem)
        self.retry_after = retry_after  # seconds the other side asked us to wait
        self.permanent = permanent
        self.uncertain = uncertain
