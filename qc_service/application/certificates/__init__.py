"""Certificates of analysis: what the records say goes onto one, it is issued, read, and looked up again."""
