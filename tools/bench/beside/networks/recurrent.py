"""One recurrent layer alone."""

from .builder import Builder

# A GRU as PyTorch and Keras have it: the reset gate after the recurrent product.
ATTRIBUTES = {"LSTM": {}, "GRU": {"linear_before_reset": 1}}
STATES = {"LSTM": (("h0", "hn"), ("c0", "cn")), "GRU": (("h0", "hn"),)}


def sequence(path, operator: str, size: int, steps: int):
    """A whole sequence, from a state of zero."""
    network = Builder(f"{operator} {size}", seed=size)
    network.recurrent(operator, "x", size, size, outputs=["y"], **ATTRIBUTES[operator])
    return network.save(path, {"x": [steps, 1, size]}, {"y": [steps, 1, 1, size]})


def step(path, operator: str, size: int):
    """One step, whose state the caller carries on."""
    network = Builder(f"{operator} {size}", seed=size)
    given, back = zip(*STATES[operator])
    network.recurrent(
        operator, "x", size, size, outputs=["y", *back], states=given, **ATTRIBUTES[operator])
    state = [1, 1, size]
    return network.save(
        path, {"x": [1, 1, size], **{name: state for name in given}},
        {"y": [1, 1, 1, size], **{name: state for name in back}})
