"""Functions, versions and aliases, with the rules of AWS Lambda."""
