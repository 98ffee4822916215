"""Experiments and flags: definitions, deciding, exposures, outcomes. Pure; `decider.py` is where a request goes."""
