"""The demonstration's story: a made-up network that lives through seven months in a few seconds.

Everything in it goes through the application's own use cases, in the order in which it would have happened, under a
clock that the story sets. No person, company, donor or patient in it is real.
"""
