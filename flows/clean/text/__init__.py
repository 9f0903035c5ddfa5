"""Marks of plain text: from a line table by cues, the line model and position rules."""
