"""Planted incidents: what a scenario wants to go wrong, made to happen on purpose, once, with the exact truth noted."""

from twin.simulate.incidents.planting import install

__all__ = ["install"]
