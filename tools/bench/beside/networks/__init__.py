"""The networks whose weights are random: written as ONNX files, in the form that every contestant reads."""
