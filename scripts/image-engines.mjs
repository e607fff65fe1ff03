// Removes, from node_modules in a container image, the engine binaries of other platforms and what only builds need.
// Used by the Dockerfile: node scripts/image-engines.mjs [platform] [arch]
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [platform = process.platform, arch = process.arch] = process.argv.slice(2);
const engines = join('node_modules', 'onnxruntime-node', 'bin');

for (const abi of foldersIn(engines)) {
  for (const system of foldersIn(join(engines, abi))) {
    for (const cpu of foldersIn(join(engines, abi, system))) {
      if (system !== platform || cpu !== arch) remove(join(engines, abi, system, cpu));
    }
  }
}
const kept = foldersIn(engines).map((abi) => join(engines, abi, platform, arch));
if (!kept.some((folder) => existsSync(folder))) {
  console.error(`onnxruntime-node has no engine for ${platform} on ${arch}: look into ${engines}`);
  process.exit(1);
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function remove(folder) {
  console.log(`removing ${folder}`);
  rmSync(folder, { recursive: true });
}
