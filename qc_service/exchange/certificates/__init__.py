"""Certificates of analysis as files: what they say, how they are drawn, sealed and looked at again."""
