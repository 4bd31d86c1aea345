// node tools/cross/run-wasm.mjs PROGRAM.wasm: calls its main, and ends with what that returns.
import { readFileSync } from "node:fs";

const imports = {
  env: {
    puts(address) {
      const bytes = new Uint8Array(program.exports.memory.buffer, address);
      console.log(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
      return 0;
    },
  },
};
const { instance: program } = await WebAssembly.instantiate(readFileSync(process.argv[2]), imports);
process.exitCode = program.exports.main();
