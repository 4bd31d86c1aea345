"""What the tests of the tool share."""

import numpy as np
import onnxruntime
import pytest
from command_line import MODELS, crnn


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """stream.crnn, converted here, and test.npz: the reference and the labels are onnxruntime's output."""
    folder = tmp_path_factory.mktemp("tool")
    crnn("convert", MODELS / "stream.onnx", "-o", folder / "stream.crnn", "--calibrate", MODELS / "stream.npz",
         "--labels", "a,b,c,d,e")
    x = np.random.default_rng(1).uniform(-1, 1, (6, 25, 8)).astype(np.float32)
    session = onnxruntime.InferenceSession(MODELS / "stream.onnx")
    ref = np.stack([session.run(None, {"features": one.T[None]})[0][:, 0] for one in x])
    np.savez(folder / "test.npz", x=x, ref=ref, y=ref.argmax(-1))
    np.save(folder / "x.npy", x)
    return folder
