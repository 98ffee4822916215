"""`make deploy-local`: the unmodified app, deployed into an AWS emulator on this machine, and used.

The emulator speaks TLS, checks every signature and enforces every IAM policy, so a missing grant fails here. It does
not split traffic by alias weights; the local plane does.
"""
