"""Graphs inside nodes: conditions, and loops over time whose body is a recurrent step."""

import numpy as np
from cells import Weights, body_nodes
from network import Network, noise, refuse, write
from onnx import TensorProto, helper, numpy_helper


def info(name, shape=None, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(nodes, inputs, outputs, constants=(), name="body"):
    """A body; inputs and outputs are names of floats, or value infos."""
    infos = [[i if not isinstance(i, str) else info(i) for i in names] for names in (inputs, outputs)]
    return helper.make_graph(nodes, name, *infos, [numpy_helper.from_array(np.asarray(v), k) for k, v in constants])


def subgraphs():
    conditions()
    scans()
    loops()


def conditions():
    def branch(n, op, x, name, **attributes):
        node = helper.make_node(op, [x], [name], name=f"{op}_{name}", **attributes)
        return graph([node], [], [name], name=name)

    n = Network("if_constant")  # the choice is a constant of the file
    x = n.input("x", [1, "T", 3])
    c = n.constant(True, np.bool_)
    n.add("If", [c], [n.output("y")], then_branch=branch(n, "Tanh", x, "a"), else_branch=branch(n, "Relu", x, "b"))
    write(n, {"x": noise(n, 1, 5, 3)})

    n = Network("if_constant_nested")  # and inside it, another
    x = n.input("x", [1, "T", 3])
    c = n.constant(False, np.bool_)
    exp, neg = branch(n, "Exp", x, "d"), branch(n, "Neg", x, "e")
    inner = helper.make_node("If", [c], ["b"], then_branch=exp, else_branch=neg)
    n.add("If", [c], [n.output("y")], then_branch=branch(n, "Tanh", x, "a"), else_branch=graph([inner], [], ["b"]))
    write(n, {"x": noise(n, 1, 5, 3)})

    n = Network("if_squeeze")  # as torch exports squeeze(1): squeezed where the size is 1
    x = n.input("x", ["N", 1, "T", 3])
    size = n.add("Gather", [n.add("Shape", [x]), n.constant(1, np.int64)], axis=0)
    c = n.add("Equal", [size, n.constant(1, np.int64)])
    squeeze = helper.make_node("Squeeze", [x, n.integers(1)], ["a"])
    same = helper.make_node("Identity", [x], ["b"])
    v = n.add("If", [c], then_branch=graph([squeeze], [], ["a"]), else_branch=graph([same], [], ["b"]))
    n.add("MatMul", [v, n.weights(3, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 1, 5, 3)})

    n = Network("if_with_states")  # torch.jit asks for ranks, and moves the caller's states by them
    x, h = n.input("x", [1, "T", 3]), n.input("h", [1, 4])
    is_batch = n.add("Equal", [n.add("Size", [n.add("Shape", [x])]), n.constant(3, np.int64)])
    axis = n.integers(0)
    more = graph([helper.make_node("Unsqueeze", [h, axis], ["longer"])], [], ["longer"])
    kept = graph([helper.make_node("Identity", [h], ["p"])], [], ["p"])
    state = n.add("If", [is_batch], then_branch=more, else_branch=kept)
    parts = [n.weights(1, 12, 3), n.weights(1, 12, 4), n.weights(1, 24)]
    given = [n.add("Transpose", [x], perm=[1, 0, 2]), *parts, "", state]
    y, last = n.add("GRU", given, 2, hidden_size=4, linear_before_reset=1)
    less = graph([helper.make_node("Squeeze", [last, axis], ["shorter"])], [], ["shorter"])
    same = graph([helper.make_node("Identity", [last], ["q"])], [], ["q"])
    n.add("If", [is_batch], [n.output("hn")], then_branch=less, else_branch=same)
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 3)}, states=[("h", "hn")], options={"states": [["h", "hn"]]})

    n = Network("if_with_layer")  # a recurrent layer inside a branch, with a state of the caller
    x, h = n.input("x", ["N", "T", 3]), n.input("h", [1, "N", 4])
    c = n.constant(True, np.bool_)
    parts = [n.weights(1, 12, 3), n.weights(1, 12, 4), n.weights(1, 24)]
    nodes = [
        helper.make_node("Transpose", [x], ["xt"], perm=[1, 0, 2]),
        helper.make_node("GRU", ["xt", *parts, "", h], ["yy", "hh"], hidden_size=4, linear_before_reset=1),
        helper.make_node("Squeeze", ["yy", n.integers(1)], ["yt"]),
    ]
    other = [helper.make_node("Identity", [x], ["p"]), helper.make_node("Identity", [h], ["q"])]
    n.add(
        "If",
        [c],
        [n.output("y"), n.output("hn")],
        then_branch=graph(nodes, [], ["yt", "hh"]),
        else_branch=graph(other, [], ["p", "q"]),
    )
    write(n, {"x": noise(n, 1, 6, 3)}, states=[("h", "hn")])

    n = Network("if_nested_deeply")
    x, c = n.input("x", [1, "T", 3]), n.constant(True, np.bool_)
    inner, none = graph([helper.make_node("Tanh", [x], ["t"])], [], ["t"]), branch(n, "Relu", x, "b")
    for k in range(20):
        node = helper.make_node("If", [c], [f"y{k}"], then_branch=inner, else_branch=none)
        inner = graph([node], [], [f"y{k}"])
    n.add("If", [c], [n.output("y")], then_branch=inner, else_branch=none)
    write(n, {"x": noise(n, 1, 5, 3)})

    n = Network("refuse_if_nested_without_end")  # deeper than ONNX's own program can write
    n.add("Relu", [n.input("x", [1, "T", 3])], [n.output("y")])

    def field(number, data):
        size, length = len(data), b""
        while size > 127:
            length, size = length + bytes([size & 127 | 128]), size >> 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + data

    node = b""
    for _ in range(400):  # GraphProto.node in AttributeProto.g (of type GRAPH) in NodeProto.attribute
        node = field(5, field(1, b"then_branch") + field(6, field(1, node)) + bytes([20 << 3 & 127 | 128, 1, 5]))
    refuse(n, "ONNX file", raw=n.model().SerializeToString() + field(7, field(1, node)))

    n = Network("refuse_if_computed")
    x = n.input("x", [1, "T", 3])
    c = n.add("Greater", [n.add("ReduceMax", [x], keepdims=0), n.constant(0.0)])
    n.add("If", [c], [n.output("y")], then_branch=branch(n, "Tanh", x, "a"), else_branch=branch(n, "Relu", x, "b"))
    refuse(n, "greater1", "Greater")


def scans():
    def scan(name, kind, axis=0, reverse=0, form="concat", opset=17, output_axis=None):
        n = Network(name, opset)
        shape = ["N", "N", 3]
        shape[axis], shape[1 - axis] = "T", "N"
        x = n.input("x", shape)
        w = Weights(n, kind, 3, 4)
        states = ["h", "c"] if kind == "lstm" else ["h"]
        nodes, results = body_nodes(w, "xt", states, form, opset13=opset >= 13)
        nodes.append(helper.make_node("Identity", [results[0]], ["yt"]))
        body = graph(nodes, [info(s, [1, 4]) for s in states] + [info("xt", [1, 3])], [*results, "yt"])
        zeros = [n.constant(np.zeros((1, 4))) for _ in states]
        ends = [n.output("end")] + [f"end{i}" for i in range(1, len(states))]
        n.add(
            "Scan",
            [*zeros, x],
            [*ends, n.output("y")],
            body=body,
            num_scan_inputs=1,
            scan_input_axes=[axis],
            scan_input_directions=[reverse],
            scan_output_directions=[reverse],
            scan_output_axes=[axis if output_axis is None else output_axis],
        )
        data = noise(n, 6, 1, 3) if axis == 0 else noise(n, 1, 6, 3)
        write(n, {"x": data}, options={"layers": 1})

    scan("scan_lstm", "lstm")
    scan("scan_lstm_batch_first", "lstm", axis=1, form="gates")
    scan("scan_lstm_reverse", "lstm", reverse=1, form="split")
    scan("scan_gru", "gru")
    scan("scan_gru_after", "gru_after", form="split", opset=11)
    scan("scan_rnn", "rnn", axis=1, output_axis=0)

    n = Network("scan_two_layers")  # two cells in one body, the second on the first
    x = n.input("x", ["T", 1, 3])
    first, second = Weights(n, "lstm", 3, 4), Weights(n, "gru_after", 4, 5)
    a, (h1, c1) = body_nodes(first, "xt", ["h", "c"], "gates", prefix="a_")
    b, (h2,) = body_nodes(second, h1, ["g"], "split", prefix="b_")
    both = [helper.make_node("Identity", [h2], ["yt"])]
    body = graph(
        a + b + both,
        [info("h", [1, 4]), info("c", [1, 4]), info("g", [1, 5]), info("xt", [1, 3])],
        [h1, c1, h2, "yt"],
    )
    zeros = [n.constant(np.zeros((1, k))) for k in (4, 4, 5)]
    n.add("Scan", [*zeros, x], ["e0", "e1", "e2", n.output("y")], body=body, num_scan_inputs=1)
    write(n, {"x": noise(n, 6, 1, 3)}, options={"layers": 2})

    n = Network("refuse_scan_other")  # a running sum is no recurrent layer
    x = n.input("x", ["T", 1, 3])
    nodes = [helper.make_node("Add", ["s", "xt"], ["sum"]), helper.make_node("Identity", ["sum"], ["yt"])]
    body = graph(nodes, [info("s", [1, 3]), info("xt", [1, 3])], ["sum", "yt"])
    n.add("Scan", [n.constant(np.zeros((1, 3))), x], ["end", n.output("y")], body=body, num_scan_inputs=1)
    refuse(n, "scan0", "Scan", "LSTM, GRU or RNN")

    n = Network("refuse_scan_result")  # the body goes on behind its cell
    x = n.input("x", ["T", 1, 3])
    nodes, results = body_nodes(Weights(n, "rnn", 3, 4), "xt", ["h"], "gates")
    nodes.append(helper.make_node("Exp", [results[0]], ["yt"]))
    body = graph(nodes, [info("h", [1, 4]), info("xt", [1, 3])], [*results, "yt"])
    n.add("Scan", [n.constant(np.zeros((1, 4))), x], ["end", n.output("y")], body=body, num_scan_inputs=1)
    refuse(n, "scan0", "Scan", "out of the loop")

    n = Network("refuse_scan_against")  # results run against the frames
    x = n.input("x", ["T", 1, 3])
    nodes, results = body_nodes(Weights(n, "rnn", 3, 4), "xt", ["h"], "gates")
    nodes.append(helper.make_node("Identity", [results[0]], ["yt"]))
    body = graph(nodes, [info("h", [1, 4]), info("xt", [1, 3])], [*results, "yt"])
    n.add(
        "Scan",
        [n.constant(np.zeros((1, 4))), x],
        ["end", n.output("y")],
        body=body,
        num_scan_inputs=1,
        scan_input_directions=[1],
    )
    refuse(n, "scan0", "Scan", "against")


def loops():
    def length(n, x, axis):
        return n.add("Gather", [n.add("Shape", [x]), n.constant(axis, np.int64)], axis=0)

    scalar = [info("i", [], TensorProto.INT64), info("go", [], TensorProto.BOOL)]

    def loop(name, kind, form, counted=False, twice=False, listed=None, opset=17):
        """A loop over the frames of x, batch first, as torch.jit (`listed`) and tf2onnx (`counted`) make it.

        `twice`: with a second limit, one larger than the first, which never ends it.
        """
        n = Network(name, opset)
        x = n.input("x", ["N", "T", 3])
        w = Weights(n, kind, 3, 4)
        states = ["h", "c"] if kind == "lstm" else ["h"]
        count = length(n, x, 1)
        true = n.constant(True, np.bool_)
        index = "t" if counted else "i"
        nodes = [helper.make_node("Gather", [x, index], ["xt"], axis=1)]
        more, results = body_nodes(w, "xt", states, form)
        nodes += more
        inputs, outputs, initial = list(scalar), [], []
        if counted:
            nodes += [
                helper.make_node("Add", ["t", n.constant(1, np.int64)], ["t1"]),
                helper.make_node("Less", ["t1", count], ["less"]),
                helper.make_node("And", ["less", "go"], ["on" if not twice else "first"]),
            ]
            if twice:
                nodes += [
                    helper.make_node("Less", ["t", count], ["reached"]),
                    helper.make_node("And", ["first", "reached"], ["on"]),
                ]
            inputs.append(info("t", [], TensorProto.INT64))
            outputs.append(info("t1", [], TensorProto.INT64))
            initial.append(n.constant(0, np.int64))
        else:
            nodes.append(helper.make_node("Identity", ["go"], ["on"]))
        inputs += [info(s, [1, 4]) for s in states]
        outputs += [info(r, [1, 4]) for r in results]
        initial += [n.constant(np.zeros((1, 4))) for _ in states]
        ends = (["tn"] if counted else []) + [n.output("h_n")] + [f"s{i}" for i in range(1, len(states))]
        if listed is None:
            nodes.append(helper.make_node("Identity", [results[0]], ["yt"]))
            outputs.append("yt")
            ends.append("ys")
        else:
            kind_of = helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, None))
            nodes.append(helper.make_node("SequenceInsert", ["l", results[0]], ["l1"]))
            inputs.append(helper.make_value_info("l", kind_of))
            outputs.append(helper.make_value_info("l1", kind_of))
            initial.append(n.add("SequenceEmpty", []))
            ends.append("ls")
        body = graph(nodes, inputs, [info("on", [], TensorProto.BOOL), *outputs])
        limit = n.constant(np.iinfo(np.int64).max, np.int64) if counted else count
        start = n.add("Less", [n.constant(0, np.int64), count]) if counted else true
        n.add("Loop", [limit, start, *initial], ends, body=body)
        if listed is None:
            n.add("Transpose", ["ys"], [n.output("y")], perm=[1, 0, 2])
        elif listed == "stack":
            n.add("ConcatFromSequence", ["ls"], [n.output("y")], axis=1, new_axis=1)
        else:
            v = n.add("ConcatFromSequence", ["ls"], axis=0, new_axis=0)
            n.add("Unsqueeze", [v, n.integers(0)], [n.output("y")])
        write(n, {"x": noise(n, 1, 6, 3)}, options={"layers": 1})

    loop("loop_lstm", "lstm", "concat")
    loop("loop_lstm_counted", "lstm", "gates", counted=True)
    loop("loop_gru", "gru", "gates", counted=True)
    loop("loop_gru_two_limits", "gru_after", "gates", counted=True, twice=True)
    loop("loop_gru_list", "gru_after", "split", listed="stack")
    loop("loop_rnn_list", "rnn", "gates", listed="join")

    n = Network("refuse_loop_part")  # it stops before the end
    x = n.input("x", ["T", 1, 3])
    more, results = body_nodes(Weights(n, "rnn", 3, 4), "xt", ["h"], "gates")
    nodes = [helper.make_node("Gather", [x, "i"], ["xt"]), *more, helper.make_node("Identity", ["go"], ["on"])]
    nodes.append(helper.make_node("Identity", [results[0]], ["yt"]))
    outs = [info("on", [], TensorProto.BOOL), *results, "yt"]
    body = graph(nodes, [*scalar, info("h", [1, 4])], outs)
    inputs = [n.constant(4, np.int64), n.constant(True, np.bool_), n.constant(np.zeros((1, 4)))]
    n.add("Loop", inputs, ["end", n.output("y")], body=body)
    refuse(n, "loop0", "Loop", "all frames")

    n = Network("refuse_loop_condition")  # it stops where the data say so
    x = n.input("x", ["T", 1, 3])
    more, results = body_nodes(Weights(n, "rnn", 3, 4), "xt", ["h"], "gates")
    nodes = [helper.make_node("Gather", [x, "i"], ["xt"]), *more]
    nodes += [
        helper.make_node("ReduceMax", [results[0]], ["most"], keepdims=0),
        helper.make_node("Less", ["most", n.constant(0.9)], ["on"]),
        helper.make_node("Identity", [results[0]], ["yt"]),
    ]
    body = graph(nodes, [*scalar, info("h", [1, 4])], outs)
    inputs = [length(n, x, 0), n.constant(True, np.bool_), n.constant(np.zeros((1, 4)))]
    n.add("Loop", inputs, ["end", n.output("y")], body=body)
    refuse(n, "Loop", "when it ends")
