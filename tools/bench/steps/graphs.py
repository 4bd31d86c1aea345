"""The ONNX files of the peers: one-step graphs, and what onnxruntime.quantization makes of them."""

import onnx
import onnx.version_converter
from onnxruntime import quantization
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType

from . import kws_step
from .onnx_runtime import Stepper

OPSET = 17  # quantisation by channel came with 13

# reduce_range stands everywhere: without it, sums of a processor without VNNI saturate and the answers are wrong.


def one_step(workload, folder):
    """The path of the workload's graph for a single step, its constants folded."""
    model = onnx.load(workload.source)
    if workload.name == "kws_streaming_crnn":  # the zoo has it only for whole sequences
        model = kws_step.cut(model)
    return folded(model, folder, "step.onnx")


def folded(model, folder, name):
    """The path of a graph whose constants are folded and whose shapes are written in."""
    unfolded, path = folder / "unfolded.onnx", folder / name
    if model.opset_import[0].version < OPSET:
        model = onnx.version_converter.convert_version(model, OPSET)
    onnx.save(model, unfolded)
    quantization.shape_inference.quant_pre_process(unfolded, path, skip_symbolic_shape=True)
    return path


def dynamic_int8(source, target, operators=("MatMul", "Gemm", "LSTM")):
    """Weights int8, activations quantised as they come; convolutions stay float, ConvInteger being slower than that."""
    quantization.quantize_dynamic(
        source, target, op_types_to_quantize=list(operators), weight_type=QuantType.QInt8, per_channel=True,
        reduce_range=True)
    return target


def static_int8(source, target, workload):
    """Convolutions and matrix products between QuantizeLinear and DequantizeLinear, calibrated in closed loop; not what
    joins and cuts states, which would be rounded again at every step."""
    quantization.quantize_static(
        source, target, _Frames(source, workload), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
        op_types_to_quantize=["Conv", "MatMul", "Gemm", "Relu", "MaxPool", "Transpose", "Reshape", "Pad"],
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    return target


class _Frames(CalibrationDataReader):
    """What the float graph is given at each step of the recordings for calibration."""

    def __init__(self, source, workload):
        self._values = self._all(source, workload)

    def get_next(self):
        return next(self._values, None)

    @staticmethod
    def _all(source, workload):
        for sequence in workload.calibration:
            stepper = Stepper(str(source), workload, sequence)
            for index in range(len(sequence)):
                stepper.step(index)
                yield stepper.last_inputs()
