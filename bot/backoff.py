"""How long to wait before trying again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits with full jitter: many who failed together do not come back together."""

    base: float = 2.0  # seconds, the longest first wait
    cap: float = 600.0  # seconds, the longest wait of all

    def wait(self, attempt: int, chance: float) -> float:
        """
        Seconds to wait after a failed attempt.

        Args:
            attempt: 1 after the first failure.
            chance: Drawn evenly from 0 to 1; the wait is this share of the longest one.

        Source:
            "Full jitter": every wait is drawn from 0 to min(cap, base * 2 ** (attempt - 1)).
        """
        doublings = min(max(attempt, 1) - 1, 32)  # 2 ** 32 seconds is beyond any cap and still a small number
        return chance * min(self.cap, self.base * 2.0**doublings)
