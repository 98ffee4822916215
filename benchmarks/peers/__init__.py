"""Decisions by other Python SDKs, each a script for the virtual environment of `make bench-peers`; no Sluice in it."""
