"""How weights and activations are stored: half floats, integers with scales, files beside the model, functions."""

import numpy as np
import onnx
from network import FOLDER, Network, cases, expected, noise, refuse, run, save, write
from onnx import TensorProto, helper, numpy_helper


def weights():
    floats()
    integers()
    external()
    quantised()
    functions()


def raw(n, name, kind, shape, data):
    n.initializers.append(helper.make_tensor(name, kind, shape, data, raw=True))
    return name


def floats():
    for name, kind, bits in (("half", TensorProto.FLOAT16, np.float16), ("bfloat", TensorProto.BFLOAT16, None)):
        n = Network(f"{name}_weights")  # cast to float where they are used
        value = (n.random.standard_normal((6, 4)) * 0.5).astype(np.float32)
        data = value.astype(bits).tobytes() if bits else (value.view(np.uint32) >> 16).astype(np.uint16).tobytes()
        w = n.add("Cast", [raw(n, "w", kind, [6, 4], data)], to=TensorProto.FLOAT)
        n.add("MatMul", [n.input("x", [1, "T", 6]), w], [n.output("y")])
        write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("half_network")  # everything in half floats: computed here with more digits than there
    x = n.input("x", [1, "T", 6], TensorProto.FLOAT16)
    w = n.constant(n.random.standard_normal((6, 4)) * 0.5, np.float16)
    v = n.add("Add", [n.add("MatMul", [x, w]), n.constant(n.random.standard_normal(4), np.float16)])
    n.add("Sigmoid", [v], [n.output("y", kind=TensorProto.FLOAT16)])
    value = noise(n, 1, 5, 6).astype(np.float16)
    save(n)
    session = run(str(FOLDER / f"{n.name}.onnx"))
    result = session.run(None, {"x": value})[0]
    cases.append({"name": n.name, "tolerance": 2e-3})
    expected[f"{n.name}/in/x"], expected[f"{n.name}/out/y"] = value.astype(np.float32), result.astype(np.float32)

    n = Network("cast_chain")
    x = n.input("x", [1, "T", 6])
    v = n.add("Cast", [n.add("Cast", [x], to=TensorProto.DOUBLE)], to=TensorProto.FLOAT)
    w = n.constant(n.random.standard_normal((6, 4)), np.float64)
    w = n.add("Cast", [n.add("Cast", [w], to=TensorProto.FLOAT16)], to=TensorProto.FLOAT)
    n.add("MatMul", [v, w], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("refuse_float8")
    n.initializers.append(helper.make_tensor("w", TensorProto.FLOAT8E4M3FN, [6, 4], [1.0] * 24))
    w = n.add("Cast", ["w"], to=TensorProto.FLOAT)
    n.add("MatMul", [n.input("x", [1, "T", 6]), w], [n.output("y")])
    refuse(n, "'w'", "float32")

    n = Network("refuse_cast_to_integers")
    v = n.add("Cast", [n.input("x", [1, "T", 6])], to=TensorProto.INT32)
    n.add("Cast", [v], [n.output("y")], to=TensorProto.FLOAT)
    refuse(n, "cast0", "Cast", "rounds")

    n = Network("refuse_cast_like_integers")
    v = n.add("CastLike", [n.input("x", [1, "T", 6]), n.integers(1)])
    n.add("Cast", [v], [n.output("y")], to=TensorProto.FLOAT)
    refuse(n, "castlike0", "CastLike", "rounds")

    n = Network("cast_like", 18)
    n.add("CastLike", [n.input("x", [1, "T", 6]), n.constant(1.0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})


def integers():
    def case(name, shape, kind, scale_shape, opset=21, zero=True, **attributes):
        n = Network(name, opset)
        x = n.input("x", [1, "T", 6])
        low, high = {np.int8: (-128, 128), np.uint8: (0, 256), np.int16: (-9000, 9000)}[kind]
        codes = n.constant(n.random.integers(low, high, shape), kind)
        scale = n.constant(n.random.uniform(0.5, 2, scale_shape) / (high - low))
        points = [n.constant(n.random.integers(low // 8, high // 8, scale_shape), kind)] if zero else []
        n.add("MatMul", [x, n.add("DequantizeLinear", [codes, scale, *points], **attributes)], [n.output("y")])
        write(n, {"x": noise(n, 1, 5, 6)}, optimised=False)

    case("int8_per_tensor", (6, 4), np.int8, (), 13)
    case("int8_per_column", (6, 4), np.int8, (4,), 13, axis=1)
    case("uint8_per_row", (6, 4), np.uint8, (6,), 13, axis=-2)
    case("int8_without_zero", (6, 4), np.int8, (4,), 13, zero=False, axis=1)
    case("int16_blocks", (6, 4), np.int16, (3, 4), axis=0, block_size=2)
    case("int8_blocks_of_rest", (6, 4), np.int8, (2, 4), axis=0, block_size=4)

    n = Network("int4_blocks", 21)
    codes = n.random.integers(-8, 8, 24)
    packed = bytes((int(a) & 15) | (int(b) & 15) << 4 for a, b in zip(codes[::2], codes[1::2]))
    w = raw(n, "w", TensorProto.INT4, [6, 4], packed)
    scale = n.constant(n.random.uniform(0.05, 0.2, (2, 4)))
    w = n.add("DequantizeLinear", [w, scale], axis=0, block_size=3)
    n.add("MatMul", [n.input("x", [1, "T", 6]), w], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("int8_lstm", 13)  # weights of a recurrent layer
    x = n.input("x", ["T", 1, 3])
    w, r = [
        n.add("DequantizeLinear", [n.constant(n.random.integers(-127, 128, (1, 16, k)), np.int8), n.constant(0.01)])
        for k in (3, 4)
    ]
    n.add("LSTM", [x, w, r], [n.output("y")], hidden_size=4)
    write(n, {"x": noise(n, 6, 1, 3)})

    n = Network("refuse_scales_of_other_size", 13)
    codes = n.constant(np.zeros((6, 4)), np.int8)
    w = n.add("DequantizeLinear", [codes, n.weights(5)], axis=1)
    n.add("MatMul", [n.input("x", [1, "T", 6]), w], [n.output("y")])
    refuse(n, "dequantizelinear0", "DequantizeLinear", "scales")


def external():
    def tensor(name, shape, *entries):
        result = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        for key, value in entries:
            result.external_data.add(key=key, value=str(value))
        return result

    def network(name, w, b):
        n = Network(name)
        n.initializers += [w, b]
        n.add("Gemm", [n.add("Flatten", [n.input("x", [1, 6])]), "w", "b"], [n.output("y")])
        return n

    n = network("external_two_files", tensor("w", [6, 4]), tensor("b", [4]))
    w, b = (n.random.standard_normal(k).astype(np.float32) for k in ((6, 4), 4))
    (FOLDER / "external_first.bin").write_bytes(bytes(16) + w.tobytes() + bytes(8))
    (FOLDER / "external_second.bin").write_bytes(bytes(4) + b.tobytes())
    n = network(
        "external_two_files",
        tensor("w", [6, 4], ("location", "external_first.bin"), ("offset", 16), ("length", 96), ("checksum", "none")),
        tensor("b", [4], ("location", "./external_second.bin"), ("offset", 4)),
    )
    value = noise(n, 1, 1, 6)
    save(n)
    cases.append({"name": n.name})
    expected[f"{n.name}/in/x"], expected[f"{n.name}/out/y"] = value, value @ w + b

    for name, entries, word in (
        ("refuse_external_offset", [("location", "external_first.bin"), ("offset", 1000)], "too short"),
        ("refuse_external_negative", [("location", "external_first.bin"), ("offset", -8)], "too short"),
        ("refuse_external_length", [("location", "external_first.bin"), ("length", 12)], "needs 96"),
        ("refuse_external_nowhere", [("offset", 0)], "does not say where"),
        ("refuse_external_absolute", [("location", "/etc/hostname")], "outside"),
        ("refuse_external_windows", [("location", "..\\secret.bin")], "outside"),
        ("refuse_external_folder", [("location", ".")], "no file"),
    ):
        refuse(network(name, tensor("w", [6, 4], *entries), numpy_helper.from_array(b, "b")), "'w'", word)


def quantised():
    """Quantised and dequantised activations, which are read as float; the answers are those of limits in their place,
    but at the input."""

    def case(name, build, *shape, opset=13):
        plain = Network(name, opset)

        def limited(value, scale=0.05, zero=0, kind=np.int8):
            ends = [(end - zero) * scale for end in (np.iinfo(kind).min, np.iinfo(kind).max)]
            return value if value == "x" else plain.add("Clip", [value, *map(plain.constant, ends)])

        build(plain, limited)
        n = Network(name, opset)

        def fake(value, scale=0.05, zero=0, kind=np.int8):
            parameters = [n.constant(scale), n.constant(zero, kind)]
            return n.add("DequantizeLinear", [n.add("QuantizeLinear", [value, *parameters]), *parameters])

        build(n, fake)
        save(n)
        session = run(plain.model().SerializeToString(), optimised=False)
        value = noise(plain, *shape)
        cases.append({"name": name})
        expected[f"{name}/in/x"], expected[f"{name}/out/y"] = value, session.run(None, {"x": value})[0]

    def dense(n, fake):
        v = fake(n.input("x", [1, "T", 6]))
        w = n.random.integers(-127, 128, (6, 4))
        w = n.add("DequantizeLinear", [n.constant(w, np.int8), n.constant(0.01), n.constant(0, np.int8)])
        v = n.add("MatMul", [v, w])
        v = fake(n.add("Relu", [fake(v, 0.03)]), 0.02, 3, np.uint8)
        n.add("Identity", [v], [n.output("y")])

    case("qdq_dense", dense, 1, 5, 6)

    def convolution(n, fake):
        w = n.random.integers(-127, 128, (3, 2, 3))
        w = n.add("DequantizeLinear", [n.constant(w, np.int8), n.constant(np.full(3, 0.01))], axis=0)
        v = n.add("Conv", [fake(n.input("x", [1, 2, "T"]), 1 / 64), w], pads=[1, 1])
        fake(n.add("Relu", [v]), 0.02, -128)
        n.add("Tanh", [fake(v, 0.1)], [n.output("y")])

    case("qdq_convolution", convolution, 1, 2, 7)

    def recurrent(n, fake):
        x = fake(n.input("x", ["T", 1, 3]), 0.03, 10, np.uint16)
        y = n.add("GRU", [x, n.weights(1, 12, 3), n.weights(1, 12, 4)], hidden_size=4)
        n.add("Identity", [fake(y, 1 / 127)], [n.output("y")])

    case("qdq_recurrent", recurrent, 6, 1, 3, opset=21)

    def saturating(n, fake):  # as who quantises a network leaves out a Relu and a Clip
        v = n.add("Conv", [n.input("x", [1, 2, "T"]), n.weights(6, 2, 3)], pads=[1, 1])
        v = fake(v, 0.02, 0, np.uint8)
        v = fake(n.add("Conv", [v, n.weights(4, 6, 1)]), 0.01, -20)
        n.add("MatMul", [n.add("Transpose", [v], perm=[0, 2, 1]), n.weights(4, 3)], [n.output("y")])

    case("qdq_saturating", saturating, 1, 2, 9)

    def norm(n, fake):  # norms of values up to 1 are larger
        v = n.add("Sigmoid", [n.input("x", [1, 2, "T"])])
        v = fake(n.add("LpPool", [v], kernel_shape=[3], p=1), 1 / 200, 0, np.uint8)
        n.add("MatMul", [n.add("Transpose", [v], perm=[0, 2, 1]), n.weights(2, 3)], [n.output("y")])

    case("qdq_saturating_norm", norm, 1, 2, 9)

    n = Network("refuse_qdq_different", 13)  # read with another scale than it was written with
    x, zero = n.input("x", [1, "T", 6]), n.constant(0, np.int8)
    v = n.add("QuantizeLinear", [x, n.constant(0.1), zero])
    n.add("DequantizeLinear", [v, n.constant(0.2), zero], [n.output("y")])
    refuse(n, "dequantizelinear1", "DequantizeLinear", "scale")

    n = Network("refuse_quantised_output", 13)
    x = n.input("x", [1, "T", 6])
    n.add("QuantizeLinear", [x, n.constant(0.1), n.constant(0, np.int8)], [n.output("y", kind=TensorProto.INT8)])
    refuse(n, "DequantizeLinear")

    n = Network("refuse_qlinear", 13)
    p = [n.constant(0.1), n.constant(0, np.uint8)]
    v = n.add("QuantizeLinear", [n.input("x", [1, "T", 6]), *p])
    v = n.add("QLinearMatMul", [v, *p, n.constant(np.ones((6, 4)), np.uint8), *p, *p])
    n.add("DequantizeLinear", [v, *p], [n.output("y")])
    refuse(n, "qlinearmatmul1", "QLinearMatMul", "float weights")


def functions():
    domain = "example.functions"

    def model(n, definitions):
        result = n.model()
        result.functions.extend(definitions)
        result.opset_import.append(helper.make_opsetid(domain, 1))
        return result

    def function(name, inputs, outputs, nodes, attributes=()):
        sets = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
        return helper.make_function(domain, name, inputs, outputs, nodes, sets, attributes)

    slope = helper.make_node("LeakyRelu", ["h"], ["o"], name="slope")
    slope.attribute.append(onnx.AttributeProto(name="alpha", type=onnx.AttributeProto.FLOAT, ref_attr_name="slope"))
    inner = function("leaky", ["i", "w"], ["o"], [helper.make_node("MatMul", ["i", "w"], ["h"]), slope], ["slope"])
    calls = [
        helper.make_node("leaky", ["a", "m"], ["t"], domain=domain, slope=0.3),
        helper.make_node("leaky", ["t", "k"], ["r"], domain=domain, slope=0.1),
    ]
    outer = function("twice", ["a", "m", "k"], ["r"], calls)
    n = Network("functions_of_the_model")
    n.nodes.append(
        helper.make_node("twice", [n.input("x", [1, "T", 3]), n.weights(3, 4), n.weights(4, 2)], ["y"], domain=domain)
    )
    n.output("y")
    whole = model(n, [outer, inner])
    onnx.save(whole, FOLDER / f"{n.name}.onnx")
    session = run(str(FOLDER / f"{n.name}.onnx"))
    value = noise(n, 1, 5, 3)
    cases.append({"name": n.name})
    expected[f"{n.name}/in/x"], expected[f"{n.name}/out/y"] = value, session.run(None, {"x": value})[0]

    n = Network("refuse_function_of_itself")
    n.nodes.append(helper.make_node("again", [n.input("x", [1, "T", 3])], ["y"], domain=domain))
    n.output("y")
    again = function("again", ["a"], ["b"], [helper.make_node("again", ["a"], ["b"], domain=domain)])
    refuse(n, "again", "without end", raw=model(n, [again]).SerializeToString())

    n = Network("refuse_functions_without_number")  # each calls the next one ten times
    n.nodes.append(helper.make_node("f0", [n.input("x", [1, "T", 3])], ["y"], domain=domain))
    n.output("y")
    many = []
    for k in range(8):
        op, names = (f"f{k + 1}", ["a", *(f"v{i}" for i in range(9)), "b"])
        nodes = [helper.make_node(op, [names[i]], [names[i + 1]], domain=domain) for i in range(10)]
        many.append(function(f"f{k}", ["a"], ["b"], nodes))
    many.append(function("f8", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])]))
    refuse(n, "functions", "refused", raw=model(n, many).SerializeToString())
