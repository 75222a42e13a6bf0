"""Recordings: what was heard, written so that nothing is lost, read at any instant."""

from twin.recording.chunks import Damage
from twin.recording.reader import Recording, open_recording
from twin.recording.writer import Recorder, write_recording

__all__ = ["Damage", "Recorder", "Recording", "open_recording", "write_recording"]
