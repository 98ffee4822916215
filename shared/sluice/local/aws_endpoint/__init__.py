"""The AWS endpoint: moto's services and ours behind one address, and the journal that keeps what they acknowledged."""
