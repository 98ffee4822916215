"""Sluice: serverless model serving whose every change is an experiment or a rollout."""

__version__ = "0.1.0"
