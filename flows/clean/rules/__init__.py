"""Rules of clean/: cue patterns that name a line by its words, and the prefilter that makes them fast."""
