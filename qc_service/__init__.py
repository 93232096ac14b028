"""The exosome lot provenance and quality-control service: signed records, and one answer about a vial."""
