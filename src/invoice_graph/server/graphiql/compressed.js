import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(css|js|svg|ttf)$/;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const SMALLEST = 1024;

/** A plugin that puts a .br and a .gz beside each file that gets smaller by it, so that the server need not compress. */
export function compressed() {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      const names = Object.keys(bundle).filter((name) => TEXT.test(name));
      await Promise.all(names.map((name) => compress(join(dir, name))));
    },
  };
}

async function compress(path) {
  const content = await readFile(path);
  if (content.length < SMALLEST) {
    return;
  }
  const [brotli, zipped] = await Promise.all([promisify(brotliCompress)(content, BROTLI), promisify(gzip)(content)]);
  await Promise.all([writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, zipped)]);
}
