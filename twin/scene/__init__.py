"""Moment -> picture.  Imports nothing here: `renderer` must choose what draws before any module loads VTK."""
