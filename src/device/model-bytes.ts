import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A model that keeps its weights elsewhere is a graph and no more; a larger file holds its own. */
const LARGEST_GRAPH_BYTES = 64 * 1024 * 1024;
/** Smaller files beside a model make no difference to the memory that it takes. */
const LEAST_WEIGHT_BYTES = 1024 * 1024;

/**
 * About how many bytes a model has, before any engine has read it: its file, and the large files beside it whose names
 * stand in it, because ONNX may keep weights there ("external data"). 0 when it cannot be read.
 */
export async function modelBytes(path: string): Promise<number> {
  const own = await sizeOf(path);
  if (own === 0 || own > LARGEST_GRAPH_BYTES) return own;
  const folder = dirname(path);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name !== basename(path));
  const beside = await Promise.all(
    names.map(async (name) => ({ name, bytes: await sizeOf(join(folder, name)) })),
  );
  const large = beside.filter(({ bytes }) => bytes >= LEAST_WEIGHT_BYTES);
  if (large.length === 0) return own;
  const graph = await readFile(path).catch(() => null);
  return large.reduce((sum, { name, bytes }) => sum + (graph?.includes(name) ? bytes : 0), own);
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
}
