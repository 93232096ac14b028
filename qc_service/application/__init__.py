"""What the service does: one function per intent; the only place where domain and ledger meet."""
