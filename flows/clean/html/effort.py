"""How much effort a page is worth."""

from typing import Literal

# fast: the model alone. quality: where the model is unsure of a page, trafilatura's answers are votes.
Effort = Literal["quality", "fast"]
