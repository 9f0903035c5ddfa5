"""Effort levels for extracting the article of a page."""

from typing import Literal

# fast: the block classifier alone. quality: trafilatura votes too on pages where the classifier is uncertain.
Effort = Literal["quality", "fast"]
