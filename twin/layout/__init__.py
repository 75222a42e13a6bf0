"""A layout file -> `Terminal`, its JSON Schema, and importers that write layout files."""

from twin.layout.reader import parse_layout, read_layout
from twin.layout.schema import layout_schema

__all__ = ["layout_schema", "parse_layout", "read_layout"]
