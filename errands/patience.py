"""How long a failed errand waits for its next try, and how often it is tried."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Patience:
    """Waits double from `first` up to `last`; after `most` tries somebody has to look."""

    first: timedelta
    last: timedelta
    most: int

    def most_after(self, attempts: int) -> timedelta:
        """The longest wait after so many tries; none before the first."""
        return min(self.first * 2 ** min(attempts - 1, 20), self.last) if attempts else timedelta()

    def after(self, attempts: int) -> timedelta:
        """The wait after so many tries, with jitter: between half of it and all of it, so that retries spread out."""
        return self.most_after(attempts) * random.uniform(0.5, 1.0)

    @property
    def longest(self) -> timedelta:
        """How long all tries together last at most."""
        return sum((self.most_after(tries) for tries in range(1, self.most)), timedelta())


A_DAY = Patience(timedelta(seconds=10), timedelta(hours=3), most=20)  # a little over a day
