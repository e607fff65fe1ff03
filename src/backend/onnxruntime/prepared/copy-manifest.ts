import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ValueMetadata } from '#backend/onnxruntime/engine.js';
import { fileStateOf } from './file-state.js';
import { readWhole } from './read-whole.js';

/** The optimised graph, and the weights that are mapped. */
export const GRAPH_FILE = 'model.onnx';
export const WEIGHTS_FILE = 'weights.bin';
type CopyFile = typeof GRAPH_FILE | typeof WEIGHTS_FILE;
const FILES: readonly CopyFile[] = [GRAPH_FILE, WEIGHTS_FILE];
const MANIFEST_FILE = 'manifest.json';

/** What the model says of itself: an optimised graph may say more of its outputs, or less. */
export interface ModelTensors {
  readonly inputMetadata: readonly ValueMetadata[];
  readonly outputMetadata: readonly ValueMetadata[];
}

/** What is known of a file of a copy, to tell whether it is still what it was. */
interface KnownFile {
  readonly byteLength: number;
  readonly crc32: number;
  /** While this holds, nobody wrote to it; null where the system does not tell. */
  readonly state: string | null;
}

export interface CopyManifest extends ModelTensors {
  readonly files: Readonly<Record<CopyFile, KnownFile>>;
}

/** Writes down what the files in the folder of a new copy are. */
export function writeManifest(folder: string, tensors: ModelTensors): CopyManifest {
  const files = {
    [GRAPH_FILE]: knownFile(folder, GRAPH_FILE),
    [WEIGHTS_FILE]: knownFile(folder, WEIGHTS_FILE),
  };
  const manifest: CopyManifest = { ...tensors, files };
  writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  return manifest;
}

/** Throws where there is none, or it is damaged. */
export function readManifest(folder: string): CopyManifest {
  return JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) as CopyManifest;
}

/**
 * What is wrong with the files of a copy, in words; null where they are what they were. They are read again only where the
 * system does not vouch for them: after it was started anew, or where the copy came from elsewhere.
 */
export function damageOf(folder: string, { files }: CopyManifest): string | null {
  for (const name of FILES) {
    const { byteLength, crc32, state } = files[name];
    const found = statSync(join(folder, name), { bigint: true });
    if (found.size !== BigInt(byteLength)) return `${name} has ${found.size} bytes instead of ${byteLength}`;
    if (state !== null && state === fileStateOf(found)) continue;
    if (checksumOf(join(folder, name)) !== crc32) return `${name} has other contents than it was made with`;
  }
  return null;
}

export function copyBytes({ files }: CopyManifest): number {
  return FILES.reduce((sum, name) => sum + files[name].byteLength, 0);
}

function knownFile(folder: string, name: string): KnownFile {
  const path = join(folder, name);
  const found = statSync(path, { bigint: true });
  return { byteLength: Number(found.size), crc32: checksumOf(path), state: fileStateOf(found) };
}

function checksumOf(path: string): number {
  let sum = 0;
  readWhole(path, (piece) => {
    sum = crc32(piece, sum);
  });
  return sum;
}
