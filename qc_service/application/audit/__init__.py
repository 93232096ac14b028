"""Whether what is kept is what was recorded: every signature, every stream, the tree, and the index replayed."""
