"""How each contestant is set, in words, and what could not be measured."""

SETTINGS = {
    "crnn push": "stream.push(frames), as one usually writes it: an array made for each result",
    "crnn step": "Stream.step: arrays that are made once",
    "crnn run": "crnn_run through ctypes, structures made once: opens a stream on the heap for each sequence",
    "crnn kept stream": "crnn_stream_reset, then crnn_stream_process_call with the whole sequence, through ctypes; "
                        "the chunk that was fastest when the files were made",
    "crnn from C": "the same calls from tools/bench/own.c, without a copy of the input",
    "crnn, lines": "a kept stream for each thread; threads take one line after the other",
    "ORT": "all optimisations, sequential, one thread, no spinning (two threads: inside a call only), denormals as "
           "zero, preallocated arrays bound to the session, past the wrapper of its Python class; int8 files with "
           "reduce_range and scales by channel, calibrated on the network's own data",
    "ORT dynamic int8": "MatMul, Gemm and LSTM quantised as they come; convolutions float, ConvInteger being slower",
    "ORT static int8": "QuantizeLinear and DequantizeLinear around convolutions, pools and matrix products",
    "ORT static + dynamic LSTM": "both of them",
    "OpenVINO": "latency hint, one stream, no pinning, float32, tensors over preallocated arrays, infer past the "
                "wrapper",
    "OpenVINO int8": "from ORT's static int8 file",
    "LiteRT": "one thread, views of its tensors, Invoke past the wrapper; the files of the networks' authors",
    "ncnn": "one thread, light mode, packing and Winograd as they are by default; files written from the same ONNX "
            "graph, int8 with scales by channel and the ranges of the calibration data",
}

NOT_MEASURED = [
    {"what": "LiteRT but on kws_streaming_crnn, dtln_model_1 and mnist_lstm",
     "why": "there is no .tflite of the other networks"},
    {"what": "the batch from C", "why": "the threads are Python's"},
]
