"""Line tables: the lines, characters and words of a batch of documents as columns."""
