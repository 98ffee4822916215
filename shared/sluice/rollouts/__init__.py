"""Rollouts: the plan, what must hold, the judge and the decision. Pure; `decide.py` is where to begin."""
