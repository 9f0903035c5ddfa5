"""Effort levels for extracting the article of a page."""

from typing import Literal

# fast: the trees alone. quality: a net reads each page too, and trafilatura those where both together are uncertain.
Effort = Literal["quality", "fast"]
