"""Other protocols onto the same use case; `wire_form.py` says what each of them does."""
