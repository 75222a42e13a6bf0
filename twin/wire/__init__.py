"""Facts as bytes: protobuf with packed columns (`facts.proto`), coded by numpy, and the names of the sender's rows."""

from twin.wire.columns import decode, encode
from twin.wire.names import Naming, Translation
from twin.wire.protobuf import MAX_PAYLOAD

__all__ = ["MAX_PAYLOAD", "Naming", "Translation", "decode", "encode", "schema"]


def schema() -> bytes:
    """The `FileDescriptorSet` of `facts.proto`, as MCAP wants it."""
    from pathlib import Path

    return (Path(__file__).parent.parent / "facts.binpb").read_bytes()
