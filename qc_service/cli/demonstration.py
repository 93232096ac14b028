"""The demonstration."""
COMMANDS = ()
