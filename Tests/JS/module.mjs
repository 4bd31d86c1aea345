// node Tests/JS/module.mjs CRNN.wasm FOLDER…: the conformance vectors of these folders through bindings/js and the shipped module, and what
// else the objects promise. Prints `ok NAME` or `not ok NAME: why`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CrnnError, load } from "../../bindings/js/crnn.js";

const [module, ...folders] = process.argv.slice(2);
const crnn = await load(readFileSync(module));

function test(name, body) {
  try {
    body();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error.stack.replaceAll("\n", " ")}`);
    process.exitCode = 1;
  }
}
function equal(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
const checksum = (values) => crc32c(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

/** NAME.crnn and NAME.case. */
function readVector(path) {
  const vector = { model: readFileSync(`${path}.crnn`), inputs: [], outputs: [] };
  for (const line of readFileSync(`${path}.case`, "utf8").split("\n")) {
    const [kind, ...words] = line.split(" ").filter((word) => word !== "");
    if (kind === "input") vector.inputs.push(new Float32Array(Uint32Array.from(words, (word) => parseInt(word, 16)).buffer));
    if (kind === "output") vector.outputs.push({ frames: Number(words[0]), checksum: parseInt(words[1], 16) });
  }
  return vector;
}

for (const folder of folders) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".case")).sort()) {
    const name = file.slice(0, -5);
    const vector = readVector(join(folder, name));
    test(name, () => {
      const model = crnn.model(vector.model);
      const inputs = vector.inputs.map((values, index) => model.inputs[index].dtype === "s32" ? Int32Array.from(values) : values);
      for (const chunk of [1, 16]) {
        const results = model.run(inputs, { chunk });
        results.forEach((values, index) => {
          equal(checksum(values), vector.outputs[index].checksum, `chunk ${chunk}, output ${index}`);
        });
      }
      model.free();
    });
  }
}

const digits = readVector(join(folders[0], "digits"));
test("streams", () => {
  const model = crnn.model(digits.model);
  const stream = model.stream();
  const size = model.inputs[0].shape.reduce((a, b) => a * b, 1);
  for (let turn = 0; turn < 2; turn++) {
    for (let at = 0; at < digits.inputs[0].length; at += size) {
      equal(stream.push(digits.inputs[0].subarray(at, at + size))[0].length, 0, "values before the end");
    }
    equal(checksum(stream.finish()[0]), digits.outputs[0].checksum, "the stream's output");
    stream.reset();
  }
  stream.free();
  stream.free();
  const bytes = Uint8Array.from(digits.inputs[0], (value) => Math.round(value * 255));
  equal(checksum(model.run(bytes)[0]), digits.outputs[0].checksum, "the output of the pixels as bytes");
  equal(model.text("labels"), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9", "labels");
  equal(model.text("nothing of this name"), null, "a text that is not there");
  equal(model.outputs[0].shape.join(), "10", "shape");
  model.free();
});
test("decodes frames", () => {
  const decoder = crnn.decoder({ alphabet: "aß", width: 4 });
  const frames = Float32Array.of(0.8, 0.1, 0.1, 0.1, 0.1, 0.8, 0.1, 0.8, 0.1, 0.2, 0.6, 0.2);
  const reading = decoder.decode(frames);
  equal(reading.text, "aß", "text");
  equal(reading.symbols.map(({ text, index, frames: { start, end } }) => [text, index, start, end].join()).join(" "), "a,0,0,1 ß,1,2,4", "symbols");
  decoder.reset();
  for (let at = 0; at < frames.length; at += 3) decoder.push(frames.subarray(at, at + 3));
  equal(decoder.reading().text, "aß", "text so far");
  equal(decoder.finish().logProbability, reading.logProbability, "probability in pieces");
  equal(decoder.alternatives().length, 4, "alternatives");
  equal(decoder.alternatives(2).map(({ text }) => text).join(), "aß,aßa", "the best two");
  decoder.free();
  decoder.free();
});
test("refuses", () => {
  const damaged = Uint8Array.from(digits.model);
  damaged[3000] ^= 1;
  const refused = (body, code) => {
    try {
      body();
    } catch (error) {
      if (code !== undefined) equal(error instanceof CrnnError && error.code, code, "error");
      return;
    }
    throw new Error(`nothing was thrown, not even ${code}`);
  };
  refused(() => crnn.model(damaged), "CRNN_ERROR_FILE_CHECKSUM");
  refused(() => crnn.model(new Uint8Array(10)), "CRNN_ERROR_FILE_TRUNCATED");
  const model = crnn.model(digits.model);
  refused(() => model.run(new Float32Array(27)));
  refused(() => model.run([1, 2]));
  const stream = model.stream();
  stream.finish();
  refused(() => stream.push(new Float32Array(28)), "CRNN_ERROR_FINISHED");
  refused(() => model.decoder(), "CRNN_ERROR_ARGUMENT"); // it has no alphabet
  refused(() => model.decoder({ blank: 1 }));
  refused(() => model.decoder({ values: "words" }));
  refused(() => model.prepare({ width: 1, height: 1, data: new Uint8Array(1) })); // crnn_image.wasm was not given
  refused(() => crnn.decoder({}));
  const decoder = crnn.decoder({ alphabet: "ab" });
  refused(() => decoder.push(new Float32Array(4)));
  refused(() => decoder.push(new Uint8Array(3)));
  refused(() => decoder.read(new Float32Array(3)));
  decoder.finish();
  refused(() => decoder.push(new Float32Array(3)), "CRNN_ERROR_FINISHED");
  decoder.free();
  refused(() => decoder.reset());
  const freed = model.stream({ chunk: 4 });
  freed.push(new Float32Array(28));
  freed.free();
  const memory = crnn.memoryBytes;
  refused(() => freed.push(new Float32Array(28 * 4)));
  refused(() => freed.finish());
  equal(crnn.memoryBytes, memory, "bytes of memory after a call on a freed stream");
  refused(() => model.stream({ chunk: 0.5 }));
  equal(model.run(digits.inputs[0], { chunk: 0 })[0].join(), model.run(digits.inputs[0])[0].join(), "chunk 0");
  model.free();
  refused(() => model.stream());
});
test("refuses files that break a rule", () => {
  const folder = new URL("../Golden/bad/", import.meta.url);
  for (const line of readFileSync(new URL("expected.txt", folder), "utf8").trim().split("\n")) {
    const [name, expected] = line.split(" ");
    let code = "CRNN_OK";
    try {
      crnn.model(readFileSync(new URL(`${name}.bin`, folder))).free();
    } catch (error) {
      if (!(error instanceof CrnnError)) throw error;
      code = error.code;
    }
    equal(code, expected, name);
  }
});
test("gives memory back", () => {
  const turn = () => {
    const model = crnn.model(digits.model);
    model.run(digits.inputs[0]);
    model.free();
    crnn.decoder({ alphabet: "abc", width: 64, maximumSymbols: 4096 }).free();
  };
  turn();
  const bytes = crnn.memoryBytes;
  for (let i = 0; i < 50; i++) turn();
  equal(crnn.memoryBytes, bytes, "bytes of memory");
});
