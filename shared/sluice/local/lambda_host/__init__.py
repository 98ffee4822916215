"""Where functions run: environments, the Runtime API, and which version an invocation reaches."""
