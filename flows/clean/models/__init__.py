"""Models of clean/: their weights and their inference code, in numpy alone. `train/` holds what trains them."""
