// node Tests/JS/types.mjs: crnn.d.ts names what the module exports, and each class of it what the objects have, no more and no less.
import { readFileSync } from "node:fs";
import * as exported from "../../bindings/js/crnn.js";

const text = readFileSync(new URL("../../bindings/js/crnn.d.ts", import.meta.url), "utf8").replace(/\/\*[^]*?\*\//g, "");
const sorted = (names) => [...new Set(names)].sort().join(" ");

function test(name, declared, present) {
  console.log(declared === present ? `ok ${name}` : `not ok ${name}: declared are ${declared}, there are ${present}`);
  if (declared !== present) process.exitCode = 1;
}

const values = [...text.matchAll(/^export (?:class|function) (\w+)/gm)].map((match) => match[1]);
test("exports", sorted(values), sorted(Object.keys(exported)));

// Methods and getters; what constructors set is declared as readonly and tested by use.
for (const [, name, body] of text.matchAll(/^export class (\w+)[^{]*\{([^]*?)^\}/gm)) {
  const declared = [...body.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]);
  const prototype = exported[name].prototype;
  const methods = Object.getOwnPropertyNames(prototype).filter((key) => (
    key !== "constructor" && typeof Object.getOwnPropertyDescriptor(prototype, key).value === "function"));
  test(`methods of ${name}`, sorted(declared), sorted(methods));
}
