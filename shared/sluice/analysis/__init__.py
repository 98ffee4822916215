"""Statistics of experiments: how large one must be and, always valid, how sure one may be. Standard library only."""
