"""WHILE over the steps of a sequence, as TensorFlow writes recurrent layers that TFLite has no operator for.

They become ONNX's Scan. What the loop carries is told apart by what its body does with it: a counter goes up by one,
a sequence is read at the counter, a result is written at the counter, what comes out as it went in is a constant, and
everything else is a state.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from onnx import TensorProto, helper

from ..onnx_graph import GraphBuilder
from .export import Exporter
from .file import Operator, Subgraph

_SHAPING = ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")


@dataclass
class _Roles:
    counters: list[int] = field(default_factory=list)
    invariants: list[int] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    #: What is written at the counter: the body's tensor of one step.
    results: dict[int, int] = field(default_factory=dict)
    #: What is read at the counter: for the body's tensor of one step, the place that carries the sequence.
    steps: dict[int, int] = field(default_factory=dict)


def loop(exporter: Exporter, operator: Operator) -> list:
    body = exporter.model.subgraphs[operator.options.BodySubgraphIndex()]
    condition = exporter.model.subgraphs[operator.options.CondSubgraphIndex()]
    roles = _roles(exporter, operator, body)
    directions = [int(operator.inputs[place] in exporter.backwards) for place in roles.steps.values()]
    _check_trips(exporter, operator, roles, condition)

    graph = GraphBuilder(outside=exporter.graph)
    inner = Exporter(exporter.model, body, graph, keeps_scales=False)
    inner.warnings = exporter.warnings
    for place in roles.invariants:
        values = exporter.constant(operator.inputs[place])
        if values is not None:
            inner.known[body.inputs[place]] = values
        elif operator.inputs[place] in exporter.values:
            inner.values[body.inputs[place]] = exporter.values[operator.inputs[place]]
    inputs = []
    for number in (*(body.inputs[place] for place in roles.states), *roles.steps):
        inner.values[number] = graph.unique(f"{operator.name}/{body.tensors[number].name}")
        inputs.append(helper.make_tensor_value_info(inner.values[number], TensorProto.FLOAT, None))
    _run_needed(inner, roles)
    outputs = []
    for number in (*(body.outputs[place] for place in roles.states), *roles.results.values()):
        name = inner.value(number, operator)
        # A value may be a state and a result, or come in as it goes out: each output is a value of its own.
        outputs.append(
            helper.make_tensor_value_info(graph.node("Identity", operator.name, [name]), TensorProto.FLOAT, None)
        )

    sequences = []
    for place in roles.steps.values():
        number = operator.inputs[place]
        sequences.append(exporter.value(exporter.backwards.get(number, (number, 0))[0], operator))
    states = [exporter.value(operator.inputs[place], operator) for place in roles.states]
    names = exporter.graph.many(
        "Scan",
        operator.name,
        [*states, *sequences],
        len(outputs),
        body=graph.subgraph(f"{operator.name}/step", inputs, outputs),
        num_scan_inputs=len(sequences),
        **(
            {"scan_input_directions": directions, "scan_output_directions": [1] * len(roles.results)}
            if any(directions)
            else {}
        ),
    )
    if any(directions) and not all(directions):
        raise exporter.refuse(operator, "it reads one sequence forwards and another backwards")
    return _results(exporter, operator, roles, names, is_backwards=any(directions))


def _results(exporter: Exporter, operator: Operator, roles: _Roles, names: list[str], is_backwards: bool) -> list:
    found: dict[int, object] = dict(zip((*roles.states, *roles.results), names))
    for place in roles.invariants:
        values = exporter.constant(operator.inputs[place])
        found[place] = values if values is not None else exporter.values.get(operator.inputs[place])
    results: list = [found.get(place) for place in range(len(operator.outputs))]
    if is_backwards:
        for place in roles.results:
            exporter.reversed_result(operator.outputs[place], str(results[place]), 0)
            results[place] = None
    return results


def _roles(exporter: Exporter, operator: Operator, body: Subgraph) -> _Roles:
    makers = {number: made for made in body.operators for number in made.outputs}
    roles = _Roles()
    rest = []
    for place, (given, left) in enumerate(zip(body.inputs, body.outputs)):
        if given == left:
            roles.invariants.append(place)
        elif _is_counter(body, makers.get(left), given):
            roles.counters.append(place)
        else:
            rest.append(place)
    counters = {body.inputs[place] for place in roles.counters}
    for place in rest:
        written = _written(body, makers, body.inputs[place], body.outputs[place])
        if written is None:
            roles.states.append(place)
        else:
            roles.results[place] = written
    carried = {body.inputs[place]: place for place in roles.invariants}
    for reader in body.operators:
        if reader.kind == "GATHER" and reader.inputs[0] in carried and reader.inputs[1] in counters:
            roles.steps[reader.outputs[0]] = carried[reader.inputs[0]]
        elif reader.kind in ("SLICE", "STRIDED_SLICE") and reader.inputs[0] in carried:
            raise exporter.refuse(
                operator, f"its body cuts a sequence by '{reader.name}' ({reader.kind}); GATHER is supported"
            )
    if not roles.counters or not roles.steps or not roles.states:
        raise exporter.refuse(
            operator, "the loop does not run a cell over the steps of a sequence; only recurrent layers may loop"
        )
    return roles


def _is_counter(body: Subgraph, maker: Operator | None, given: int) -> bool:
    if maker is None or maker.kind != "ADD" or given not in maker.inputs:
        return False
    other = maker.inputs[1 - maker.inputs.index(given)]
    step = body.tensors[other].constant
    return step is not None and step.size == 1 and int(step.ravel()[0]) == 1 and body.tensors[given].type == "INT32"


def _written(body: Subgraph, makers: dict[int, Operator], given: int, left: int) -> int | None:
    """The tensor of one step that is written into `given`, or None where nothing is written into it so."""
    maker = makers.get(left)
    if maker is None:
        return None
    if maker.kind == "DYNAMIC_UPDATE_SLICE" and maker.inputs[0] == given:
        update = maker.inputs[1]
    elif (
        maker.kind == "CONCATENATION"
        and len(maker.inputs) == 3
        and all(
            (part := makers.get(maker.inputs[end])) is not None
            and part.kind in ("SLICE", "STRIDED_SLICE")
            and part.inputs[0] == given
            for end in (0, 2)
        )
    ):
        update = maker.inputs[1]
    else:
        return None
    # One step with an axis of size one in front; the step itself stands before that axis was put there.
    shaping = makers.get(update)
    if shaping is not None and shaping.kind in _SHAPING:
        return shaping.inputs[0]
    return None


def _check_trips(exporter: Exporter, operator: Operator, roles: _Roles, condition: Subgraph) -> None:
    """The loop runs from the first step to the last."""
    for place in roles.counters:
        start = exporter.constant(operator.inputs[place])
        if start is None or np.any(start != 0):
            raise exporter.refuse(operator, "its counter does not start at 0")
    length = exporter.shape(operator.inputs[next(iter(roles.steps.values()))])[0]
    for compared in condition.operators:
        if compared.kind == "LOGICAL_AND":
            continue
        if compared.kind != "LESS":
            raise exporter.refuse(operator, f"its end is told by {compared.kind}; only a number of steps can end it")
        limit = condition.tensors[compared.inputs[1]].constant
        if limit is None and compared.inputs[1] in condition.inputs:
            limit = exporter.constant(operator.inputs[condition.inputs.index(compared.inputs[1])])
        if limit is not None and length >= 0 and int(np.ravel(limit)[0]) < length:
            raise exporter.refuse(operator, f"it ends after {int(np.ravel(limit)[0])} of {length} steps")


def _run_needed(inner: Exporter, roles: _Roles) -> None:
    """Writes what states and results need, without what only counts and stores."""
    body = inner.subgraph
    makers = {number: made for made in body.operators for number in made.outputs}
    needed: set[int] = set()
    waiting = [*(body.outputs[place] for place in roles.states), *roles.results.values()]
    while waiting:
        number = waiting.pop()
        maker = makers.get(number)
        if number in roles.steps or maker is None or id(maker) in needed:
            continue
        needed.add(id(maker))
        waiting += [other for other in maker.inputs if other >= 0]
    inner.run(only=needed)
