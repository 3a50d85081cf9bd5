"""Weights of the small networks, and the scripts that make them again."""
