"""What the ledger knows: learned from events, folded from its lines."""
