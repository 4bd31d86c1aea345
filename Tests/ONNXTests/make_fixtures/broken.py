"""Files that are wrong."""

from network import Network, refuse
from onnx import TensorProto, helper


def broken():
    n = Network("refuse_text")
    refuse(n, "not an ONNX file", raw=b"this is no network, only a text of some length\n" * 4)
    refuse(Network("refuse_empty"), "empty", raw=b"")

    n = Network("refuse_cut_off")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6, 4)], [n.output("y")])
    whole = n.model().SerializeToString()
    refuse(n, "ONNX file", raw=whole[: len(whole) // 2])

    n = Network("refuse_cycle")
    n.nodes.append(helper.make_node("Add", ["x", "b"], ["a"], name="first"))
    n.nodes.append(helper.make_node("Relu", ["a"], ["b"], name="second"))
    n.input("x", [1, "T", 3])
    n.add("Relu", ["b"], [n.output("y")])
    refuse(n, "cycle")

    n = Network("refuse_missing_input")
    n.input("x", [1, "T", 3])
    n.add("Add", ["x", "nowhere"], [n.output("y")])
    refuse(n, "add0", "Add", "nowhere")

    n = Network("refuse_external_absent")
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[6, 4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    n.initializers.append(tensor)
    n.add("MatMul", [n.input("x", [1, "T", 6]), "w"], [n.output("y")])
    refuse(n, "weights.bin", "same folder")

    n = Network("refuse_external_outside")
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[6, 4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../secret.bin")
    n.initializers.append(tensor)
    n.add("MatMul", [n.input("x", [1, "T", 6]), "w"], [n.output("y")])
    refuse(n, "outside")

    n = Network("refuse_open_axes")
    n.add("Conv", [n.input("x", ["N", 1, "H", "W"]), n.weights(3, 1, 2, 2)], [n.output("y")])
    refuse(n, "axes 2 ('H') and 3 ('W')", "--input-shape", "--time-axis x=2 or --time-axis x=3")

    n = Network("refuse_unknown_input")
    n.add("Relu", [n.input("x", [1, "T", 3])], [n.output("y")])
    refuse(n, "'z'", "'x'", options={"timeAxis": {"z": 1}})

    n = Network("refuse_domain")
    n.nodes.append(helper.make_node("Fancy", ["x"], ["y"], name="fancy", domain="com.example"))
    n.input("x", [1, "T", 3]), n.output("y")
    model = n.model()
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    refuse(n, "fancy", "com.example::Fancy", raw=model.SerializeToString())

    n = Network("refuse_wrong_weights")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(5, 4)], [n.output("y")])
    refuse(n, "matmul0", "MatMul", "6")

    n = Network("refuse_huge_pads")
    n.add("Conv", [n.input("x", [1, 2, "T"]), n.weights(3, 2, 3)], [n.output("y")], pads=[1 << 62, 1 << 62])
    refuse(n, "conv0", "Conv", "impossible")
