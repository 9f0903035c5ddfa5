"""How fast a run gets on, in words: for the bar on a terminal, the artifact in the Prefect UI and its log."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_SECONDS_LOOKED_BACK = 60.0


@dataclass
class Pace:
    """Heard of every batch that was read; says the rate of the last minute, and the time that is left at that rate."""

    clock: Callable[[], float] = time.monotonic
    _heard: deque[tuple[float, int, int]] = field(default_factory=deque)

    def hear(self, documents: int, seen: int, total: int) -> str:
        """So many documents, and `seen` of `total` bytes, were read: a line that says so, and how fast."""
        now = self.clock()
        self._heard.append((now, documents, seen))
        while len(self._heard) > 2 and now - self._heard[1][0] >= _SECONDS_LOOKED_BACK:
            self._heard.popleft()
        since, before, bytes_before = self._heard[0]
        said = f"{documents:,} documents"
        if now - since < 1 or documents == before:
            return said
        said += f", {(documents - before) / (now - since):,.0f} a second"
        if seen < total and seen > bytes_before:
            said += f", about {lasting((total - seen) * (now - since) / (seen - bytes_before))} left to read"
        return said


def lasting(seconds: float) -> str:
    """A time in the two greatest units that it needs: `40 s`, `3 min`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
