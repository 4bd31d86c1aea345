"""TFLite files to ONNX: `file` opens them, `export` walks the operators, one module for each family of them."""
