"""A network under construction, and how a case is written down."""

import json
import pathlib
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent.parent / "Fixtures"
cases, expected = [], {}


class Network:
    """A graph under construction; weights are random and belong to the case's name."""

    def __init__(self, name, opset=17):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, shape=None, kind=TensorProto.FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def integers(self, *values):
        return self.constant(list(values), np.int64)

    def weights(self, *shape, scale=0.5):
        return self.constant(self.random.standard_normal(shape) * scale)

    def add(self, op, inputs, outputs=1, **attributes):
        """Adds a node; returns the name of its output, or the names."""
        number = len(self.nodes)
        names = [f"v{number}_{i}" for i in range(outputs)] if isinstance(outputs, int) else outputs
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{op.lower()}{number}", **attributes))
        return names[0] if len(names) == 1 else names

    def model(self):
        graph = helper.make_graph(self.nodes, "fixture", self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="fixtures")
        model.ir_version = 8
        return model


def save(network, model=None):
    onnx.save(model or network.model(), FOLDER / f"{network.name}.onnx")


def run(model, optimised=True):
    """A session of onnxruntime for a path or bytes."""
    settings = onnxruntime.SessionOptions()
    if not optimised:
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])


def write(network, feeds, calls=False, states=(), options=None, tolerance=None, optimised=True):
    """Saves the case with onnxruntime's outputs.

    `calls`: the feeds have a leading axis of calls. `states`: pairs of input and output carried from call to call.
    `optimised`: False where onnxruntime would quantise the input on its own, to multiply integers.
    """
    save(network)
    session = run(str(FOLDER / f"{network.name}.onnx"), optimised)
    names = [o.name for o in session.get_outputs()]
    if calls:
        carried = {
            i: np.zeros(
                [d if isinstance(d, int) else 1 for d in next(s.shape for s in session.get_inputs() if s.name == i)],
                np.float32,
            )
            for i, _ in states
        }
        rows = []
        for k in range(len(next(iter(feeds.values())))):
            values = dict(zip(names, session.run(None, {**{n: v[k] for n, v in feeds.items()}, **carried})))
            carried = {i: values[o] for i, o in states}
            rows.append(values)
        results = {n: np.stack([row[n] for row in rows]) for n in names if n not in [o for _, o in states]}
    else:
        carried = {}
        for i, _ in states:
            shape = next(s.shape for s in session.get_inputs() if s.name == i)
            carried[i] = np.zeros([d if isinstance(d, int) else 1 for d in shape], np.float32)
        results = dict(zip(names, session.run(None, {**feeds, **carried})))
        results = {n: v for n, v in results.items() if n not in [o for _, o in states]}
    case = {"name": network.name}
    if options:
        case.update(options)  # among them "layers": how many recurrent layers it has in the end
    if tolerance:
        case["tolerance"] = tolerance
    cases.append(case)
    for name, value in feeds.items():
        expected[f"{network.name}/in/{name}"] = value
    for name, value in results.items():
        expected[f"{network.name}/out/{name}"] = value


def refuse(network, *words, options=None, raw=None):
    """Saves a case that must be refused with a text that holds all `words`."""
    if raw is not None:
        (FOLDER / f"{network.name}.onnx").write_bytes(raw)
    else:
        save(network)
    cases.append({"name": network.name, "refusal": list(words), **(options or {})})


def noise(network, *shape, scale=1.0):
    return (network.random.standard_normal(shape) * scale).astype(np.float32)


def save_all():
    """Writes what all cases have in common."""
    np.savez_compressed(FOLDER / "expected.npz", **expected)
    (FOLDER / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
