"""The format of a recording: MCAP with these channels, protobuf inside (`facts.proto`), the layout attached.

Rules the reader relies on:

- `log_time` never falls, and no fact in a message is later than its `log_time`; `publish_time` is the earliest fact's.
- A keyframe says the whole state at its `log_time`, in as many messages as it takes; it opens its chunk, after a
  dictionary of all names.
- A dictionary names rows before the first message that uses them; rows keep their names for the whole file.
- The attachment `chunks.i64` holds the time of the earliest fact in each chunk, keyframes left out: late news is found
  by it.
"""

from twin.facts import Batch, DescribedContainers, DescribedMachines, DescribedVessels, Events, Places, Poses, Vessels

FORMAT = 1
PROFILE = "twin/"  # the MCAP profile is this and the format's number
KEYFRAME, POSE, VESSEL, MOVE, EVENT, DICTIONARY, HEALTH = range(1, 8)  # channel ids
TOPICS = {
    KEYFRAME: ("keyframe", "twin.Facts"),
    POSE: ("pose", "twin.Facts"),
    VESSEL: ("vessel", "twin.Facts"),
    MOVE: ("move", "twin.Facts"),
    EVENT: ("event", "twin.Facts"),
    DICTIONARY: ("dictionary", "twin.Dictionary"),
    HEALTH: ("health", "twin.Health"),
}
SAID_ON: dict[type[Batch], int] = {
    Poses: POSE,
    Vessels: VESSEL,
    DescribedVessels: VESSEL,
    Places: MOVE,
    DescribedContainers: MOVE,
    DescribedMachines: MOVE,
    Events: EVENT,
}
DELTAS = (POSE, VESSEL, MOVE, EVENT)
LAYOUT, CHUNKS, ABOUT = "layout.yaml", "chunks.i64", "twin"  # attachments, metadata
NEVER = 2**63 - 1  # the earliest fact of a chunk that holds none
