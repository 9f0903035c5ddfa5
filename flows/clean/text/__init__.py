"""Plain text: from a line table to marks, by cues, the line model and position."""
