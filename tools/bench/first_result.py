"""One process that loads a network and runs it once: prints how long that took and how much memory.

    python first_result.py CONTESTANT MODEL INPUT.npy STARTED      # STARTED: time.monotonic_ns() of who started it

It imports nothing but NumPy and the contestant, "bare" only NumPy.
"""

import json
import pathlib
import sys
import time

import numpy as np


def crnn(path, x):
    import crnn

    model = crnn.Model(path)
    return lambda: model.run(x)


def onnx_runtime(path, x):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    return lambda: session.run(None, {port.name: x.reshape(port.shape)})


def open_vino(path, x):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    model = openvino.Core().compile_model(path, "CPU", settings)
    request = model.create_infer_request()
    return lambda: request.infer([x.reshape(model.inputs[0].shape)])


def lite_rt(path, x):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    port = interpreter.get_input_details()[0]

    def run():
        interpreter.set_tensor(port["index"], x.reshape(port["shape"]).astype(port["dtype"]))
        interpreter.invoke()

    return run


def ncnn(path, x):
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = 1
    net.load_param(path)
    net.load_model(path.replace(".param", ".bin"))
    axes = tuple(int(size) for size in pathlib.Path(path).with_suffix(".shape").read_text().split())
    given = ncnn.Mat(x.reshape(axes))

    def run():
        extractor = net.create_extractor()
        extractor.input("in", given)
        return extractor.extract("out")

    return run


def bare(path, x):
    return lambda: None


def main():
    contestant, path, data, started = sys.argv[1:]
    x = np.load(data)
    start = time.monotonic_ns()
    run = globals()[contestant](path, x)
    loaded = time.monotonic_ns()
    run()
    done = time.monotonic_ns()
    status = pathlib.Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({
        "load_ms": (loaded - start) / 1e6, "first_result_ms": (done - int(started)) / 1e6, "peak_kb": peak,
    }))


main()
