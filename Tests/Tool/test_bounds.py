"""Time and depth are bounded: small files that say much are read or refused at once, by converter and runtime."""

import struct
import subprocess
import sys
import time

import numpy as np
import pytest
from command_line import MODELS, ROOT, TOOL, needs_tool
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(ROOT / "bindings/python"))

import crnn  # noqa: E402

pytestmark = needs_tool

SECONDS = 20  # each takes under one on a machine that has nothing else to do
FLOAT = TensorProto.FLOAT


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bounds")
    np.savez(folder / "x.npz", x=np.random.default_rng(0).uniform(-1, 1, (2, 20, 4)).astype(np.float32))
    return folder


def convert(folder, model, status=0):
    """What the converter says of a network, given as ONNX or as bytes."""
    path = folder / "network.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    options = ["--no-search", "--calibrate", folder / "x.npz", "--input-layout", "TNC", "--input-kind", "features"]
    process = subprocess.run(
        [TOOL, "convert", path, "-o", folder / "network.crnn", *options], capture_output=True, text=True, check=False,
        timeout=SECONDS)
    assert process.returncode == status, process.stdout + process.stderr
    return process.stderr


def port(name):
    return helper.make_tensor_value_info(name, FLOAT, ["time", 1, 4])


def network(nodes, constants=None, output="y", channels=4, functions=()):
    result = helper.make_tensor_value_info(output, FLOAT, ["time", 1, channels])
    values = [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in (constants or {}).items()]
    graph = helper.make_graph(nodes, "network", [port("x")], [result], values)
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, functions=functions, opset_imports=sets)


def chain(operator, count, first="x", last="y", **options):
    """`count` nodes, each of the one before."""
    names = [first, *(f"{last}.{i}" for i in range(1, count)), last]
    return [helper.make_node(operator, [names[i]], [names[i + 1]], **options) for i in range(count)]


def function(name, nodes):
    return helper.make_function(
        "own", name, ["x"], ["y"], nodes, [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)])


def field(number, content):
    """A part of a message with bytes, as protobuf writes it."""
    def varint(value):
        part = bytes([value & 127 | (128 if value > 127 else 0)])
        return part + varint(value >> 7) if value > 127 else part

    return varint(number << 3 | 2) + varint(len(content)) + content


def test_depth_of_an_onnx_file(folder):
    graph = b""
    for _ in range(3_000):  # a graph of a node with an attribute that is a graph
        graph = field(1, field(5, field(6, graph)))
    assert "not an ONNX file" in convert(folder, field(7, graph), status=1)


@pytest.mark.parametrize("operator, constants, message", [
    ("Tile", {"c": [1 << 30, 1 << 20, 1]}, "too large"),
    ("Expand", {"c": [1 << 30, 1 << 20, 4]}, "too large"),
    ("ConstantOfShape", {"c": [1 << 31, 1 << 20, 4]}, "impossible"),
    ("Range", {"a": 0, "b": 1 << 40, "c": 1}, "too long"),
])
def test_sizes_that_an_onnx_file_states(folder, operator, constants, message):
    inputs = ["x", *constants] if operator in ("Tile", "Expand") else list(constants)
    nodes = [helper.make_node(operator, inputs, ["z"]), helper.make_node("Cast", ["z"], ["f"], to=FLOAT),
             helper.make_node("Add", ["x", "f"], ["y"])]
    assert message in convert(folder, network(nodes, constants), status=1)


def test_constants_without_end(folder):
    model = network([helper.make_node("Add", ["x", "c"], ["y"])], {"c": 0})
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.dims.extend([1 << 31] * 3)
    assert "impossible shape" in convert(folder, model, status=1)


def test_functions_that_multiply(folder):
    """Each calls the one before many times: a few kilobytes are ten billion nodes. One that calls itself has no end."""
    functions = [function("F0", chain("Tanh", 1))]
    functions += [function(f"F{k}", chain(f"F{k - 1}", 100, domain="own")) for k in range(1, 6)]
    call = [helper.make_node("F5", ["x"], ["y"], domain="own")]
    assert "refused" in convert(folder, network(call, functions=functions), status=1)
    functions[5].node[0].op_type = "F5"
    convert(folder, network(call, functions=functions), status=1)


def test_paths_that_multiply(folder):
    """Two ways from each node to the next: 2^150 paths, which nothing may walk one by one."""
    names = ["x", *(f"a{i}" for i in range(1, 150)), "y"]
    nodes = [helper.make_node("Max" if i % 2 else "Mean", [names[i], names[i]], [names[i + 1]]) for i in range(150)]
    convert(folder, network(nodes))
    model = crnn.Model(folder / "network.crnn")
    assert model.run(np.zeros((3, 4), np.float32)).shape == (3, 4)


def test_nodes_without_end(folder):
    assert "4096" in convert(folder, network(chain("Tanh", 20_000)), status=1)
    # What nothing uses costs nothing.
    unused = [helper.make_node("Tanh", ["x"], [f"unused{i}"]) for i in range(20_000)]
    convert(folder, network([*chain("Tanh", 1), *unused]))


# ---- Packed files: docs/model-format.md ----------------------------------------------------------------------------

TENSORS, NODES, INDICES, PORTS, WEIGHTS, SELF_TEST = 2, 3, 4, 6, 8, 9
TABLE = [0] * 256
for byte in range(256):
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    TABLE[byte] = value


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def sections_of(content):
    count, table = struct.unpack_from("<II", content, 36)
    records = [struct.unpack_from("<IIQQ", content, table + 24 * i) for i in range(count)]
    return {kind: (flags, bytearray(content[start:start + length])) for kind, flags, start, length in records}


def packed(header, sections):
    """A file of these sections, none of which is weights."""
    table, body = bytearray(), bytearray()
    start = -(-(128 + 24 * len(sections)) // 64) * 64
    for kind, (flags, content) in sections.items():
        table += struct.pack("<IIQQ", kind, flags, start + len(body), len(content))
        body += content + bytes(-len(content) % 64)
    content = bytes(table) + bytes(start - 128 - len(table)) + bytes(body)
    size = 128 + len(content)
    header = bytearray(header)
    struct.pack_into("<QIIIII", header, 24, size, size, len(sections), 128, crc32c(content), 0)
    struct.pack_into("<I", header, 124, crc32c(header[:124]))
    return bytes(header) + content


def of_many_inputs(content, activations, joins):
    """Of a file with activations and a node that joins 256 of them: more of each, all of the last activation."""
    sections = {kind: part for kind, part in sections_of(content).items() if kind not in (WEIGHTS, SELF_TEST)}
    tensors, nodes = bytes(sections[TENSORS][1]), bytes(sections[NODES][1])
    records = [nodes[at:at + 224] for at in range(0, len(nodes), 224)]
    outputs = [struct.unpack_from("<I", record, 8)[0] for record in records]
    sizes = [struct.unpack_from("<I", record, 16)[0] for record in records]
    assert sizes.count(256) == 1 and sizes[-1] == 256
    given = struct.unpack_from("<I", sections[PORTS][1], 8)[0]

    def tensor(index):
        return tensors[104 * index:104 * (index + 1)]

    def node(record, output, first):
        changed = bytearray(record)
        struct.pack_into("<II", changed, 8, output, first)
        return bytes(changed)

    sections[TENSORS][1][:] = tensor(given) + tensor(outputs[0]) * activations + tensor(outputs[-1]) * joins
    sections[NODES][1][:] = b"".join(
        [node(records[0], 1 + i, 0) for i in range(activations)]
        + [node(records[-1], 1 + activations + i, 1) for i in range(joins)])
    sections[INDICES][1][:] = struct.pack("<257I", 0, *[activations] * 256)
    for at, tensor_index in ((0, 0), (64, activations + joins)):
        struct.pack_into("<I", sections[PORTS][1], at + 8, tensor_index)
    return packed(content[:128], sections)


def opened(folder, content):
    (folder / "made.crnn").write_bytes(content)
    return crnn.Model(folder / "made.crnn")


def test_packed_files_of_many_parts(folder):
    nodes = [node for i in range(256) for node in chain("Tanh", 1, last=f"t{i}")]
    join = helper.make_node("Concat", [f"t{i}" for i in range(256)], ["y"], axis=2)
    convert(folder, network([*nodes, join], channels=1024))
    content = (folder / "network.crnn").read_bytes()
    model = opened(folder, of_many_inputs(content, 256, 1))
    assert model.run(np.ones((2, 4), np.float32)).shape == (2, 1024)

    begun = time.process_time()
    with pytest.raises(crnn.Error, match="too many parts"):
        opened(folder, of_many_inputs(content, 2047, 2047))
    largest = opened(folder, of_many_inputs(content, 3800, 240))
    with largest.stream() as stream:
        assert stream.push(np.ones((1, 4), np.float32)).shape[1] == 1024
    assert time.process_time() - begun < SECONDS


def test_constants_that_multiply(folder):
    """Of two constants of a few bytes, Gather makes one of 2^30 elements; and many large ones are too many."""
    sizes = helper.make_node("ConstantOfShape", ["sizes"], ["data"])
    zero = helper.make_tensor("zero", TensorProto.INT64, [1], [0])
    nodes = [
        sizes, helper.make_node("ConstantOfShape", ["sizes"], ["indices"], value=zero),
        helper.make_node("Gather", ["data", "indices"], ["c"], axis=1), helper.make_node("Add", ["x", "c"], ["y"]),
    ]
    assert "too large" in convert(folder, network(nodes, {"sizes": [1 << 10, 1 << 10]}).SerializeToString(), status=1)
    names = [f"c{i}" for i in range(1000)]
    nodes = [helper.make_node("ConstantOfShape", ["sizes"], [name]) for name in names]
    nodes += [helper.make_node("Sum", names, ["sum"]), helper.make_node("Add", ["x", "sum"], ["y"])]
    assert "more than 2 GB" in convert(folder, network(nodes, {"sizes": [1 << 22, 4]}), status=1)


@pytest.mark.parametrize("operator", ["ConstantOfShape", "Expand", "Reshape"])
def test_constants_without_elements(folder, operator):
    """A sum over an axis of none has as many elements as the other axes say."""
    constants = {"sizes": [0, 1 << 40, 1 << 40], "none": np.zeros((0, 1, 1)), "first": [0]}
    given = ["sizes"] if operator == "ConstantOfShape" else ["none", "sizes"]
    made = helper.make_node(operator, given, ["empty"], **({"allowzero": 1} if operator == "Reshape" else {}))
    nodes = [
        made, helper.make_node("ReduceSum", ["empty", "first"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["cast"], to=FLOAT), helper.make_node("Add", ["x", "cast"], ["y"]),
    ]
    assert len(convert(folder, network(nodes, constants), status=1)) > 15


@pytest.mark.parametrize(
    "shape", ["(0, 9223372036854775807, 8)", "(9223372036854775807, 0, 8)", f"({'2, ' * 20}{'1, ' * 200000})"],
    ids=["rows", "sequences", "axes"])
def test_arrays_of_little_that_say_much(tmp_path, shape):
    """Rows of nothing take no bytes, and each element of Fortran's order moves along every axis."""
    header = f"{{'descr': '|u1', 'fortran_order': True, 'shape': {shape}, }}".encode()
    content = b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header + bytes(1 << 20 if "2, 2" in shape else 0)
    (tmp_path / "x.npy").write_bytes(content)
    process = subprocess.run(
        [TOOL, "run", MODELS / "stream.crnn", tmp_path / "x.npy", "-o", tmp_path / "y.npy"],
        capture_output=True, text=True, check=False, timeout=SECONDS)
    assert process.returncode == 1, process.stderr
    assert "is too large" in process.stderr or "more than the 64" in process.stderr


def test_many_sequences_of_nothing(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1 << 15, 0, 8), np.float32))
    process = subprocess.run(
        [TOOL, "run", MODELS / "stream.crnn", tmp_path / "x.npy", "-o", tmp_path / "y.npy"],
        capture_output=True, text=True, check=False, timeout=SECONDS)
    assert process.returncode == 0, process.stderr
    assert np.load(tmp_path / "y.npy").shape == (1 << 15, 0, 5)
