"""How truth is made evident: canonical bytes, signatures, the Merkle log and its proofs."""
