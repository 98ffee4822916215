"""The local plane: gateway, Lambda host and AWS endpoint on one machine. Never shipped to Lambda."""
