"""Others' SDKs and servers, each a script for its own environment of `make bench-peers`; no Sluice in it."""
