"""Governance: the ledger of decisions. Pure."""
