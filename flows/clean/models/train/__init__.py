"""Training code of the weights in `flows/clean/models`. Nothing imports it; it runs in the benchmark environment."""
