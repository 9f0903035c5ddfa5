"""Clutter cues as data (cues.toml, words.toml) and their matcher."""
