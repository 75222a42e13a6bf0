"""Facts as bytes: the same bits again, valid protobuf to everybody else, and a sentence for all that is neither."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.worlds import T0, at_second, tiny_terminal
from twin import facts
from twin.errors import BadMessage
from twin.facts import (
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    Events,
    Places,
    Poses,
    Vessels,
    places,
    poses,
    quantised,
    roster_of,
)
from twin.wire import Naming, Translation, decode, encode, schema

PROTO = Path(facts.__file__).with_name("facts.proto")
KINDS = (Poses, Places, DescribedContainers, DescribedMachines, DescribedVessels, Vessels, Events)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SMALL = {"status": 5, "kind": 4}


def column(name: str, n: int) -> st.SearchStrategy[object]:
    """Values of a batch's column, as a feed may say them: not yet on the grid."""
    if name == "t":
        return st.lists(st.integers(0, 4 * 10**18), min_size=n, max_size=n).map(lambda v: np.array(v, np.int64))
    if name == "joints":
        return st.lists(st.floats(-200, 200), min_size=6 * n, max_size=6 * n).map(lambda v: np.array(v).reshape(n, 6))
    if name in facts.STEPS:
        low = -2e5 if name in ("x", "y", "z", "yaw") else 0.0
        return st.lists(st.floats(low, 2e5), min_size=n, max_size=n).map(lambda v: np.array(v, np.float64))
    whole = st.integers(0, SMALL.get(name, 10_000))
    return st.lists(whole, min_size=n, max_size=n).map(lambda v: np.array(v, np.int64))


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Any batch of one to five facts."""
    kind, n = draw(st.sampled_from(KINDS)), draw(st.integers(1, 5))
    texts = st.lists(WORDS, min_size=n, max_size=n).map(tuple)
    said = {f.name: draw(texts if str(f.type).startswith("tuple") else column(f.name, n)) for f in fields(kind)}
    return kind(**said)


def same(a: Batch, b: Batch) -> bool:
    """Whether two batches have the same type and the same bits."""
    pairs = [(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    return type(a) is type(b) and all(
        x == y if isinstance(x, tuple) else x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in pairs
    )


def library(name: str) -> type:
    """The message class that the stock protobuf library makes of our schema."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    files = descriptor_pb2.FileDescriptorSet.FromString(schema())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"twin.{name}"))


@given(st.lists(batches(), max_size=4))
def test_what_is_said_comes_out_quantised_to_the_bit(said: list[Batch]):
    heard = decode(encode(said))

    assert len(heard) == len(said)
    assert all(same(a, quantised(b)) for a, b in zip(heard, said, strict=True))


@given(batches())
def test_saying_again_what_was_heard_changes_nothing(batch: Batch):
    once = decode(encode([batch]))

    assert encode(once) == encode(decode(encode(once)))


@given(st.lists(batches(), min_size=1, max_size=3))
@settings(max_examples=50)
def test_the_stock_protobuf_library_reads_and_writes_what_we_do(said: list[Batch]):
    theirs = library("Facts").FromString(encode(said))

    rewritten = theirs.SerializeToString()

    assert all(same(a, b) for a, b in zip(decode(rewritten), decode(encode(said)), strict=True))


def test_the_stock_protobuf_library_reads_the_numbers_meant():
    """1.234 m is 1234 mm, 0.5 rad is 5000, the second joint starts after all of the first, 06:00 is T0 in ms."""
    batch = poses([T0, at_second(1)], [3, 4], [1.234, -2.0], [0.0, 0.001], yaw=0.5, joints=[[1.0, 2.0], [3.0, 4.0]])

    said = library("Facts").FromString(encode([batch])).batch[0].poses

    assert list(said.t_ms) == [T0 // 10**6, T0 // 10**6 + 1000]
    assert (list(said.machine), list(said.x_mm), list(said.y_mm)) == ([3, 4], [1234, -2000], [0, 1])
    assert (list(said.yaw_e4), list(said.joints_e4)) == ([5000, 5000], [10_000, 30_000, 20_000, 40_000])
    assert list(said.z_mm) == []


def test_the_committed_schema_is_what_the_proto_says(tmp_path: Path):
    protoc = pytest.importorskip("grpc_tools.protoc")
    out = tmp_path / "facts.binpb"

    code = protoc.main(["", f"-I{PROTO.parent}", f"--descriptor_set_out={out}", "--include_imports", str(PROTO)])

    how = "python -m grpc_tools.protoc -I twin --descriptor_set_out=twin/facts.binpb --include_imports twin/facts.proto"
    assert code == 0
    assert out.read_bytes() == schema(), f"make it again: {how}"


@given(st.binary(max_size=400))
@example(b"\x0a\x03\x0a\x01\x0a")
@example(b"\xff" * 30)
def test_noise_is_a_bad_message_and_nothing_else(noise: bytes):
    try:
        decode(noise)
    except BadMessage:
        return


@given(st.lists(batches(), min_size=1, max_size=2), st.integers(0), st.integers(0, 7), st.booleans())
@settings(max_examples=300)
def test_a_flipped_bit_or_a_cut_is_a_bad_message_or_facts(said: list[Batch], where: int, bit: int, cut: bool):
    data = bytearray(encode(said))
    where %= len(data)
    damaged = bytes(data[:where]) if cut else bytes([*data[:where], data[where] ^ 1 << bit, *data[where + 1 :]])

    try:
        heard = decode(damaged)
    except BadMessage:
        return
    assert all(len(getattr(b, f.name)) == len(b.t) for b in heard for f in fields(b))


def test_long_columns_of_names_come_through_whatever_their_lengths():
    """Runs of one length are read at once: 3000 short, 1 long, 500 of ten signs, an umlaut, an empty one."""
    names = (*(f"A{i:04d}" for i in range(3000)), "B" * 300, *(f"CRANE{i:05d}" for i in range(500)), "Köhlbrand", "")
    n = len(names)
    batch = DescribedMachines(np.full(n, T0), np.arange(n), names, ("sts",) * n)

    [heard] = decode(encode([batch]))

    assert heard.name == names
    assert set(heard.kind) == {"sts"}


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (poses(T0, 0, np.nan, 0.0), "x nan"),
        (poses(T0, 0, 3e6, 0.0), "x 3000000"),
        (poses(T0, -1, 0.0, 0.0), "machine -1"),
        (places(T0, 0, 9, 0), "kind 9"),
    ],
)
def test_what_has_no_place_on_the_wire_is_said_by_name(batch: Batch, sentence: str):
    with pytest.raises(BadMessage, match=sentence) as wrong:
        encode([batch])

    assert wrong.value.kind == "range"


def test_columns_of_unequal_length_are_refused():
    said = library("Facts")()
    said.batch.add().poses.t_ms.extend([1, 2])
    said.batch[0].poses.machine.append(7)

    with pytest.raises(BadMessage, match="1 values of machine for 2 times"):
        decode(said.SerializeToString())


def test_a_few_bytes_cannot_claim_millions_of_facts():
    said = library("Facts")()
    said.batch.add().events.t_ms.extend([0] * 1_000_001)

    with pytest.raises(BadMessage) as wrong:
        decode(said.SerializeToString())
    assert wrong.value.kind == "too long"


def test_a_newer_sender_may_say_more():
    """Fields nobody here knows (a batch of kind 99, a number in field 50) are passed over."""
    known = encode([poses(T0, 0, 1.0, 2.0)])
    unknown = b"\x0a\x05\x9a\x06\x02\x08\x01" + b"\x90\x03\x07"

    assert [type(b) for b in decode(known + unknown)] == [Poses]


def test_rows_travel_by_name():
    """There MSKU1 is container 0 and hangs on crane T9; here MSKU1 comes second, and T9 is the fourth machine."""
    terminal = tiny_terminal()
    there, here = roster_of(terminal.machines.name), roster_of((*terminal.machines.name, "other"))
    here.containers.rows(["ZZZU0"])
    naming, names = Naming(terminal, there), Translation(terminal, here)
    said = places(T0, there.containers.rows(["MSKU1", "MSKU1"]), [2, 1], [there.machines.of("T9"), 1], bay=[0, 3])

    names.learn(naming.news())
    heard = names.here(said)

    assert isinstance(heard, Places)
    assert [here.containers.name[row] for row in heard.container] == ["MSKU1", "MSKU1"]
    assert (heard.container.tolist(), heard.where.tolist()) == ([1, 1], [3, 1])
    assert here.machines.name[3] == "T9"


def test_names_come_in_instalments_and_none_may_be_missed():
    terminal = tiny_terminal()
    there = roster_of(terminal.machines.name)
    naming, names = Naming(terminal, there), Translation(terminal, roster_of(()))
    names.learn(naming.news())
    there.containers.of("A")
    missed = naming.news()
    there.containers.of("B")
    second = naming.news()

    with pytest.raises(BadMessage, match="one message is missing"):
        names.learn(second)
    with pytest.raises(BadMessage, match="row 1 of containers") as wrong:
        names.here(places(T0, 1, 0, -1))
    names.learn(missed)
    names.learn(second)

    assert wrong.value.kind == "unknown id"
    assert names.here(places(T0, 1, 0, -1)).t[0] == T0
    assert naming.news() == b""


def test_a_block_that_this_terminal_has_not_is_an_unknown_id():
    there = roster_of(())
    there.containers.of("A")
    names = Translation(tiny_terminal(blocks=2), roster_of(()))
    names.learn(Naming(tiny_terminal(blocks=3), there).everything())

    assert names.here(places(T0, 0, 1, 1)).t[0] == T0
    with pytest.raises(BadMessage, match="this terminal has none of that name"):
        names.here(places(T0, 0, 1, 2))
