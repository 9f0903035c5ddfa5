"""Rate and remaining time of a run in words, for the bar on a terminal, the artifact in the Prefect UI and its log."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_SECONDS_LOOKED_BACK = 60.0


@dataclass
class RateEstimator:
    """Estimates the rate of the last minute, and the time left at that rate, from the progress of each batch."""

    clock: Callable[[], float] = time.monotonic
    _samples: deque[tuple[float, int, int]] = field(default_factory=deque)

    def describe_progress(self, documents: int, bytes_read: int, bytes_total: int) -> str:
        """Record the progress and describe it: documents read, rate per second, and time left to read."""
        now = self.clock()
        self._samples.append((now, documents, bytes_read))
        while len(self._samples) > 2 and now - self._samples[1][0] >= _SECONDS_LOOKED_BACK:
            self._samples.popleft()
        since, before, bytes_before = self._samples[0]
        description = f"{documents:,} documents"
        if now - since < 1 or documents == before:
            return description
        description += f", {(documents - before) / (now - since):,.0f} a second"
        if bytes_read < bytes_total and bytes_read > bytes_before:
            seconds_left = (bytes_total - bytes_read) * (now - since) / (bytes_read - bytes_before)
            description += f", about {format_duration(seconds_left)} left to read"
        return description


def format_duration(seconds: float) -> str:
    """Format seconds in at most two units: `40 s`, `3 min`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
