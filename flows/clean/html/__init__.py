"""Pages (HTML): from a parsed tree to blocks, and from blocks to marks."""
