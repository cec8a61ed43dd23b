"""Measures of the product, each printed beside its target."""
