"""What others' code we ship and use: which of it has known vulnerabilities, and lists of it for those who ask."""
