"""Operators that move, cut, join and count values."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .export import Exporter
from .file import Operator

_LAST = np.iinfo(np.int64).max
_FIRST = np.iinfo(np.int64).min


def reshape(exporter: Exporter, operator: Operator) -> list:
    data = operator.inputs[0]
    target = exporter.constant(operator.inputs[1]) if len(operator.inputs) > 1 else None
    sizes = [int(size) for size in target.ravel()] if target is not None else None
    if sizes is None and len(operator.inputs) < 2 and operator.options is not None:
        sizes = [operator.options.NewShape(axis) for axis in range(operator.options.NewShapeLength())]
    values = exporter.constant(data)
    if values is not None and sizes is not None:
        return [values.reshape(sizes)]
    if sizes is None:
        return [exporter.node("Reshape", operator, [exporter.value(number, operator) for number in operator.inputs])]
    signature = exporter.shape(operator.outputs[0])
    if -1 not in sizes and list(signature).count(-1) == 1 and len(signature) == len(sizes):
        # The file states the size of one call; the signature says which axis is open.
        sizes = [-1 if open_ < 0 else size for size, open_ in zip(sizes, signature)]
    if exporter.calls_are_frames and sizes and sizes[0] == 1:
        sizes[0] = 0
    return [exporter.node("Reshape", operator, [exporter.value(data, operator), exporter.indices(operator, sizes)])]


def squeeze(exporter: Exporter, operator: Operator) -> list[str]:
    rank = exporter.rank(operator.inputs[0])
    axes = [operator.options.SqueezeDims(index) % rank for index in range(operator.options.SqueezeDimsLength())]
    if not axes:
        axes = [axis for axis, size in enumerate(exporter.shape(operator.inputs[0])) if size == 1]
    name = exporter.value(operator.inputs[0], operator)
    return [exporter.node("Squeeze", operator, [name, exporter.indices(operator, axes)]) if axes else name]


def expand_dims(exporter: Exporter, operator: Operator) -> list:
    (axis,) = exporter.integers(operator, 1, "axis")
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return [np.expand_dims(values, axis)]
    name = exporter.value(operator.inputs[0], operator)
    return [exporter.node("Unsqueeze", operator, [name, exporter.indices(operator, [axis])])]


def transpose(exporter: Exporter, operator: Operator) -> list:
    order = tuple(exporter.integers(operator, 1, "order of axes"))
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return [values.transpose(order)]
    return [exporter.transpose(operator, exporter.value(operator.inputs[0], operator), order)]


def concatenation(exporter: Exporter, operator: Operator) -> list:
    axis = operator.options.Axis() % max(1, exporter.rank(operator.outputs[0]))
    constants = [exporter.constant(number) for number in operator.inputs]
    if all(values is not None for values in constants):
        return [np.concatenate(constants, axis)]
    names = [exporter.value(number, operator) for number in operator.inputs]
    name = exporter.node("Concat", operator, names, axis=axis)
    return [exporter.activated(operator, name)]


def pack(exporter: Exporter, operator: Operator) -> list:
    axis = operator.options.Axis() % exporter.rank(operator.outputs[0])
    constants = [exporter.constant(number) for number in operator.inputs]
    if all(values is not None for values in constants):
        return [np.stack(constants, axis)]
    axes = exporter.indices(operator, [axis])
    names = [
        exporter.node("Unsqueeze", operator, [exporter.value(number, operator), axes]) for number in operator.inputs
    ]
    return [names[0] if len(names) == 1 else exporter.node("Concat", operator, names, axis=axis)]


def unpack(exporter: Exporter, operator: Operator) -> list:
    axis = operator.options.Axis() % exporter.rank(operator.inputs[0])
    count = len(operator.outputs)
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return list(np.moveaxis(values, axis, 0))
    name = exporter.value(operator.inputs[0], operator)
    parts = [name] if count == 1 else exporter.graph.split(operator.name, name, axis, [1] * count)
    axes = exporter.indices(operator, [axis])
    return [exporter.node("Squeeze", operator, [part, axes]) for part in parts]


def split(exporter: Exporter, operator: Operator) -> list:
    axis_place, data_place = (0, 1) if operator.kind == "SPLIT" else (2, 0)
    data = operator.inputs[data_place]
    axis = exporter.integers(operator, axis_place, "axis")[0] % exporter.rank(data)
    count = len(operator.outputs)
    whole = exporter.shape(data)[axis]
    if operator.kind == "SPLIT_V":
        sizes = exporter.integers(operator, 1, "sizes")
        sizes = [size if size >= 0 else whole - sum(other for other in sizes if other >= 0) for size in sizes]
    else:
        sizes = [whole // count] * count
    if min(sizes) <= 0:
        raise exporter.refuse(operator, "it divides an axis of open size; fix the size and convert the model anew")
    values = exporter.constant(data)
    if values is not None:
        return list(np.split(values, np.cumsum(sizes)[:-1], axis))
    return exporter.graph.split(operator.name, exporter.value(data, operator), axis, sizes)


def slice_(exporter: Exporter, operator: Operator) -> list:
    starts = exporter.integers(operator, 1, "begin")
    sizes = exporter.integers(operator, 2, "size")
    ends = [_LAST if size < 0 else start + size for start, size in zip(starts, sizes)]
    return _cut(exporter, operator, starts, ends, [1] * len(starts), [])


def strided_slice(exporter: Exporter, operator: Operator) -> list:
    options = operator.options
    if options.EllipsisMask() or options.NewAxisMask():
        raise exporter.refuse(operator, "it adds axes while it cuts; write it as a cut and a Reshape")
    starts, ends, steps = (
        exporter.integers(operator, place, what) for place, what in ((1, "begin"), (2, "end"), (3, "strides"))
    )
    dropped = []
    for axis, step in enumerate(steps):
        if options.ShrinkAxisMask() >> axis & 1:
            dropped.append(axis)
            ends[axis], steps[axis] = (starts[axis] + 1) or _LAST, 1
            continue
        if options.BeginMask() >> axis & 1:
            starts[axis] = 0 if step > 0 else _LAST
        if options.EndMask() >> axis & 1:
            ends[axis] = _LAST if step > 0 else _FIRST
        elif getattr(options, "Offset", bool)():
            ends[axis] += starts[axis]
    return _cut(exporter, operator, starts, ends, steps, dropped)


def _cut(exporter: Exporter, operator: Operator, starts, ends, steps, dropped: list[int]) -> list:
    data = operator.inputs[0]
    values = exporter.constant(data)
    if values is not None:
        cuts = tuple(
            slice(None if start == _LAST else start, None if end in (_LAST, _FIRST) else end, step)
            for start, end, step in zip(starts, ends, steps)
        )
        return [np.squeeze(values[cuts], axis=tuple(dropped))]
    shape = exporter.shape(data)
    if any(step < 0 for step in steps):
        raise exporter.refuse(operator, "it reverses an axis; only recurrent layers can read backwards")
    axes = [
        axis
        for axis, (start, end, step) in enumerate(zip(starts, ends, steps))
        if (start, step) != (0, 1) or not (end == _LAST or 0 <= shape[axis] <= end)
    ]
    if exporter.calls_are_frames and 0 in axes and 0 not in dropped:
        raise exporter.refuse(operator, "it cuts the batch, along which time runs here")
    name = exporter.value(data, operator)
    if axes:
        parts = [exporter.indices(operator, [values[axis] for axis in axes]) for values in (starts, ends)]
        parts += [exporter.indices(operator, axes), exporter.indices(operator, [steps[axis] for axis in axes])]
        name = exporter.node("Slice", operator, [name, *parts])
    if dropped:
        name = exporter.node("Squeeze", operator, [name, exporter.indices(operator, dropped)])
    return [name]


def pad(exporter: Exporter, operator: Operator) -> list[str]:
    pads = exporter.needed(operator, 1, "sizes")
    name = exporter.value(operator.inputs[0], operator)
    if not pads.any():
        return [name]
    inputs = [name, exporter.indices(operator, [*pads[:, 0], *pads[:, 1]])]
    if operator.kind == "MIRROR_PAD":
        if operator.options.Mode() != 0:
            raise exporter.refuse(operator, "symmetric padding is not supported; 'REFLECT' is")
        return [exporter.node("Pad", operator, inputs, mode="reflect")]
    if operator.kind == "PADV2":
        value = exporter.needed(operator, 2, "value")
        inputs.append(exporter.graph.constant(f"{operator.name}/value", np.float32(value)))
    return [exporter.node("Pad", operator, inputs)]


def gather(exporter: Exporter, operator: Operator) -> list:
    if operator.options is not None and operator.options.BatchDims():
        raise exporter.refuse(operator, "gathering with batch axes is not supported")
    axis = operator.options.Axis() if operator.options is not None else 0
    data, places = (exporter.constant(number) for number in operator.inputs[:2])
    if data is not None and places is not None:
        return [np.take(data, places.astype(np.int64), axis)]
    return [
        exporter.node(
            "Gather", operator, [exporter.value(number, operator) for number in operator.inputs[:2]], axis=axis
        )
    ]


def embedding_lookup(exporter: Exporter, operator: Operator) -> list[str]:
    places, table = (exporter.value(number, operator) for number in operator.inputs[:2])
    return [exporter.node("Gather", operator, [table, places], axis=0)]


def reduction(exporter: Exporter, operator: Operator) -> list:
    rank = exporter.rank(operator.inputs[0])
    axes = sorted(axis % rank for axis in exporter.integers(operator, 1, "axes"))
    keeps = int(bool(operator.options is not None and operator.options.KeepDims()))
    values = exporter.constant(operator.inputs[0])
    if operator.kind == "REDUCE_PROD":
        if values is None:
            raise exporter.refuse(operator, "products along an axis are not supported")
        return [np.prod(values, axis=tuple(axes), keepdims=bool(keeps))]
    name = exporter.value(operator.inputs[0], operator)
    if operator.kind == "SUM":  # ONNX made the axes an input here earlier than for the others.
        return [exporter.node("ReduceSum", operator, [name, exporter.indices(operator, axes)], keepdims=keeps)]
    kind = {"MEAN": "ReduceMean", "REDUCE_MAX": "ReduceMax", "REDUCE_MIN": "ReduceMin"}[operator.kind]
    return [exporter.node(kind, operator, [name], axes=axes, keepdims=keeps)]


def shape(exporter: Exporter, operator: Operator) -> list:
    sizes = list(exporter.shape(operator.inputs[0]))
    if exporter.values.get(operator.inputs[0]) is not None and sizes and sizes[0] < 0:
        sizes[0] = 1  # the batch
    if -1 not in sizes:
        return [np.array(sizes, np.int64)]
    return [exporter.node("Shape", operator, [exporter.value(operator.inputs[0], operator)])]


def fill(exporter: Exporter, operator: Operator) -> list:
    sizes, value = (exporter.constant(number) for number in operator.inputs[:2])
    if sizes is None or value is None:
        raise exporter.refuse(operator, "it makes a constant of a size that is computed; fix the sizes")
    return [np.full([int(size) for size in sizes], value)]


def zeros_like(exporter: Exporter, operator: Operator) -> list:
    sizes = [1 if size < 0 and axis == 0 else size for axis, size in enumerate(exporter.shape(operator.inputs[0]))]
    if -1 in sizes:
        raise exporter.refuse(operator, "it makes zeros of an open size; fix the sizes")
    return [np.zeros(sizes, np.float32)]


def tile(exporter: Exporter, operator: Operator) -> list:
    counts = exporter.integers(operator, 1, "counts")
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return [np.tile(values, counts)]
    return [
        exporter.node(
            "Tile", operator, [exporter.value(operator.inputs[0], operator), exporter.indices(operator, counts)]
        )
    ]


def broadcast_to(exporter: Exporter, operator: Operator) -> list:
    sizes = exporter.integers(operator, 1, "shape")
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return [np.broadcast_to(values, sizes)]
    return [
        exporter.node(
            "Expand", operator, [exporter.value(operator.inputs[0], operator), exporter.indices(operator, sizes)]
        )
    ]


#: What may stand between a reversal and the recurrent layer that it is for.
FOLLOWED = ("TRANSPOSE", "RESHAPE", "EXPAND_DIMS", "SQUEEZE", "STRIDED_SLICE")


def follow(exporter: Exporter, operator: Operator, handler) -> None:
    """Writes the operator on the sequence forwards; what it gives is that backwards, or one step from the other end."""
    number, axis = exporter.backwards[operator.inputs[0]]
    forwards = replace(operator, inputs=[number, *operator.inputs[1:]])
    before, after = exporter.shape(operator.inputs[0]), exporter.shape(operator.outputs[0])
    if operator.kind == "STRIDED_SLICE":
        starts = exporter.integers(operator, 1, "begin")
        others = [place for place in range(len(before)) if place != axis]
        if not operator.options.ShrinkAxisMask() >> axis & 1 or any(
            before[place] != after[place - (place > axis)] for place in others
        ):
            raise exporter.refuse(operator, "it cuts a sequence that is read backwards; only one step can be taken")
        # Step -1 of the sequence backwards is step 0 forwards, and step 0 is step -1, whatever the length.
        place, length = -1 - starts[axis], before[axis]
        index = exporter.indices(operator, place + length if place < 0 <= length else place)
        exporter.finish(
            operator.outputs[0], exporter.node("Gather", operator, [exporter.values[number], index], axis=axis)
        )
        return
    if operator.kind == "TRANSPOSE":
        moved = exporter.integers(operator, 1, "order of axes").index(axis)
    else:
        # The axis that has as many steps, with as many values in front of it.
        leading = math.prod(before[:axis])
        places = [
            place
            for place, size in enumerate(after)
            if size == before[axis] and math.prod(after[:place]) == leading
        ]
        if not places:
            raise exporter.refuse(operator, "it reads a sequence backwards; only recurrent layers can")
        moved = places[-1]
    (name,) = handler(exporter, forwards)
    exporter.reversed_result(operator.outputs[0], name, moved)


def reverse(exporter: Exporter, operator: Operator) -> list:
    data = operator.inputs[0]
    axes = [axis % exporter.rank(data) for axis in exporter.integers(operator, 1, "axes")]
    values = exporter.constant(data)
    if values is not None:
        return [np.flip(values, axes)]
    if len(axes) != 1:
        raise exporter.refuse(operator, "it reverses several axes; only recurrent layers can read backwards")
    source, axis = exporter.backwards.get(data, (data, axes[0]))
    if data in exporter.backwards:
        if axis != axes[0]:
            raise exporter.refuse(operator, "it reverses several axes; only recurrent layers can read backwards")
        return [exporter.value(source, operator)]
    exporter.value(data, operator)
    exporter.backwards[operator.outputs[0]] = (data, axes[0])
    return [None]
