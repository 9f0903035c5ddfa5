"""Models of clean/: weights and inference code, in numpy alone. `train/` holds the training code."""
