"""Hears the pains that customers tell each other."""
