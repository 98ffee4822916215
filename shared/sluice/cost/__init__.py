"""What an environment costs a month, from a dated price table: pure arithmetic over what is declared and asked for."""
