"""Which function converts which Keras class, and what to say about those that nothing converts."""

from __future__ import annotations

from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from . import convolution, dense, merging, pointwise, pooling, recurrent, shaping

_CONVERTERS = {
    "Conv1D": convolution.convolution,
    "Conv2D": convolution.convolution,
    "Conv3D": convolution.convolution,
    **{f"DepthwiseConv{axes}D": convolution.depthwise_convolution for axes in (1, 2)},
    **{f"SeparableConv{axes}D": convolution.separable_convolution for axes in (1, 2)},
    **{f"ZeroPadding{axes}D": shaping.zero_padding for axes in (1, 2, 3)},
    **{f"Cropping{axes}D": shaping.cropping for axes in (1, 2, 3)},
    "Embedding": shaping.embedding,
    "LayerNormalization": pointwise.layer_normalization,
    "Dense": dense.dense,
    "LSTM": recurrent.recurrent,
    "GRU": recurrent.recurrent,
    "SimpleRNN": recurrent.recurrent,
    "Bidirectional": recurrent.bidirectional,
    "Flatten": shaping.flatten,
    "Reshape": shaping.reshape,
    "Permute": shaping.permute,
    "RepeatVector": shaping.repeat_vector,
    "Activation": pointwise.activation,
    "ReLU": pointwise.relu,
    "LeakyReLU": pointwise.leaky_relu,
    "ELU": pointwise.elu,
    "PReLU": pointwise.prelu,
    "Softmax": pointwise.softmax,
    "Rescaling": pointwise.rescaling,
    "BatchNormalization": pointwise.batch_normalization,
    "Concatenate": merging.concatenate,
    **{f"{kind}Pooling{axes}D": pooling.pooling for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **{f"LPPooling{axes}D": pooling.pooling for axes in (1, 2)},
    **{f"Global{kind}Pooling{axes}D": pooling.global_pooling for kind in ("Max", "Average") for axes in (1, 2, 3)},
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), merging.merge),
    **dict.fromkeys(
        (
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
            "AlphaDropout",
            "GaussianDropout",
            "GaussianNoise",
            "ActivityRegularization",
            "Identity",
            "AugMix",
            "CutMix",
            "MixUp",
            "RandAugment",
            "RandomBrightness",
            "RandomColorDegeneration",
            "RandomColorJitter",
            "RandomContrast",
            "RandomElasticTransform",
            "RandomErasing",
            "RandomFlip",
            "RandomGaussianBlur",
            "RandomGrayscale",
            "RandomHeight",
            "RandomHue",
            "RandomInvert",
            "RandomPerspective",
            "RandomPosterization",
            "RandomRotation",
            "RandomSaturation",
            "RandomSharpness",
            "RandomShear",
            "RandomTranslation",
            "RandomWidth",
            "RandomZoom",
        ),
        pointwise.unchanged,
    ),
}

# Weights that a layer cannot be without; what is missing then is found here and not by an index out of range.
_NEEDED_WEIGHTS = {
    "Conv1D": 1,
    "Conv2D": 1,
    "Conv3D": 1,
    "DepthwiseConv1D": 1,
    "DepthwiseConv2D": 1,
    "SeparableConv1D": 2,
    "SeparableConv2D": 2,
    "Embedding": 1,
    "Dense": 1,
    "LSTM": 2,
    "GRU": 2,
    "SimpleRNN": 2,
    "Bidirectional": 4,
    "PReLU": 1,
    "BatchNormalization": 2,
}

_ADVICE = {
    "Resizing": "resize before the network (crnn's image recipe does) and build the model without this layer",
    "CenterCrop": "crop before the network and build the model without this layer",
    "RandomCrop": "crop before the network and build the model without this layer",
    "Lambda": "its Python code is not in the file; write it with layers of Keras (Reshape, Permute, Rescaling …)",
    "Masking": "feed sequences without padding steps, one at a time, and build the model without this layer",
    "RNN": "use LSTM, GRU or SimpleRNN themselves, one layer for each cell",
    "CuDNNLSTM": "load the weights into an LSTM layer and save that model",
    "CuDNNGRU": "load the weights into a GRU layer with reset_after=True and save that model",
    "ConvLSTM1D": "use TimeDistributed convolutions followed by an LSTM",
    "ConvLSTM2D": "use TimeDistributed convolutions followed by an LSTM",
    "Normalization": "write it as Rescaling(scale=1/sqrt(variance), offset=-mean/sqrt(variance))",
}


def convert(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int = 1) -> Tensor:
    """Adds one layer; the first `kept` axes of its input (batch, and time under TimeDistributed) are not its own."""
    if layer.class_name == "TimeDistributed":
        inner = layer.wrapped("layer", layer.weights)
        inner.name = layer.name
        return convert(graph, inner, inputs, kept + 1)
    converter = _CONVERTERS.get(layer.class_name)
    if converter is None:
        advice = _ADVICE.get(
            layer.class_name, f"build it from these: {', '.join(sorted(_CONVERTERS))}, TimeDistributed"
        )
        raise layer.refuse(f"this class is not supported; {advice}")
    if not inputs:
        raise layer.refuse("nothing feeds it")
    if len(inputs) > 1 and converter not in (merging.concatenate, merging.merge):
        raise layer.refuse(
            f"it is given {len(inputs)} tensors, it takes one (an initial state of a recurrent layer is not supported)"
        )
    needed = _NEEDED_WEIGHTS.get(layer.class_name, 0)
    if len(layer.weights) < needed:
        raise layer.refuse(f"the file holds {len(layer.weights)} of its weights, it needs at least {needed}")
    return converter(graph, layer, inputs, kept)
