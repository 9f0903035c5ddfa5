"""Lines, characters and words of a batch of documents as columns."""
