"""Stability studies: planned, pulled, tested, evaluated and concluded."""
