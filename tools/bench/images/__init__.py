"""A folder of captchas as PNG files to text: `crnn read` beside Pillow, NumPy and ONNX Runtime. See __main__.py."""
