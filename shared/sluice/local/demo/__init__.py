"""A rollout rehearsed: a plane in this process, requests by the minute, a candidate that may be at fault."""
