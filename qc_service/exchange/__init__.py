"""How the service reads and writes other people's formats: pure functions between bytes and plain values."""
