"""HTTP on one side, API Gateway events on the other."""
