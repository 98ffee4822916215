"""What can be served: models, immutable model versions, approval, releases. Pure."""
