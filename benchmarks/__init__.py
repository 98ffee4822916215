"""Speed and memory, judged by ratios within one run on one machine. `make bench` prints the tables."""
