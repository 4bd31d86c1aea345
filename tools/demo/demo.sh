#!/usr/bin/env bash
# What `make demo` runs: converts the network of tools/train, classifies tools/demo/images from C and from Python, and prints
# how well that went and what it took. Uses nothing but what the repository holds; writes to build/demo.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=build/venv/bin/python
out=build/demo
images=tools/demo/images
export PYTHONDONTWRITEBYTECODE=1

for needed in build/crnn build/libcrnn.so build/libcrnn_image.so $python; do
  [ -e "$needed" ] || { echo "tools/demo/demo.sh: $needed is not there; run: make demo" >&2; exit 1; }
done
mkdir -p $out

echo "== converting tools/train/digits.keras, calibrated on $(ls $images/calibration | wc -l) images"
PYTHONPATH=tools/convert $python -m crnn_convert tools/train/digits.keras --onnx $out/digits.onnx -o $out/digits.crnn \
  --crnn build/crnn --calibrate $images/calibration --labels 0,1,2,3,4,5,6,7,8,9 \
  --preprocess grey,resize=28x28:pillow:bilinear,scale=1/255,layout=columns

echo "== classifying from C (bindings/c/classify.c)"
"${CC:-cc}" -O2 -Iinclude bindings/c/classify.c -o $out/classify -Lbuild -lcrnn_image -lcrnn -Wl,-rpath,"$PWD/build"
$out/classify $out/digits.crnn $images/test/* >$out/from-c.tsv 2>$out/classify.log
head -3 $out/from-c.tsv
echo "…"
cat $out/classify.log

echo "== classifying from Python (package crnn), and the float network beside it"
PYTHONPATH=bindings/python $python tools/demo/demo.py $out $images
