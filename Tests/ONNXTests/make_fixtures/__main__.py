"""Makes the networks of Tests/ONNXTests/Fixtures and what onnxruntime answers to random inputs.

    python3 Tests/ONNXTests/make_fixtures        (needs onnx and onnxruntime)

Each case is a small ONNX file. `expected.npz` holds, for each, its inputs `NAME/in/PORT` and outputs `NAME/out/PORT` in
ONNX's axes; where the network is called once per frame, with a leading axis of calls. `cases.json` holds how to convert
it, or the words that its refusal must contain.
"""

from broken import broken
from constants import constants
from convolution import convolutions
from exporters import exporters
from keras_layers import keras_layers
from matrix import matrices
from movement import movements
from network import FOLDER, cases, save_all
from pointwise import pointwise
from pool import pools
from rates import rates
from recurrent import recurrent
from reduction import reductions
from reversals import reversals
from steps import steps
from subgraphs import subgraphs
from weights import weights

FOLDER.mkdir(exist_ok=True)
for path in FOLDER.glob("*"):
    path.unlink()
groups = [convolutions, pools, matrices, recurrent, pointwise, reductions, movements, rates]
groups += [subgraphs, steps, weights, exporters, reversals, keras_layers, broken, constants]
for group in groups:
    group()
save_all()
print(len(cases), "cases,", sum(p.stat().st_size for p in FOLDER.glob("*")) // 1024, "KiB")
