import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileStateOf } from './file-state.js';
import { readWhole } from './read-whole.js';

/** A file that was written to so lately may be written to again without its times telling. */
const SETTLED_NS = 2_000_000_000n;

/**
 * The SHA-256 of a file. What was read once is remembered in `notes`, by what the system says of the file, so that a
 * server that starts again need not read all its models for it. A folder of notes that cannot be written is none. Throws what
 * node:fs throws, and where it is no regular file.
 */
export function contentOf(path: string, notes: string): string {
  const found = statSync(path, { bigint: true });
  // Files beside a model are named by the model: it may name a device without an end.
  if (!found.isFile()) throw new Error(`${path} is no file`);
  const state = fileStateOf(found);
  const note = state === null ? null : join(notes, sha256(state));
  return (note === null ? null : readNote(note)) ?? readAndNote(path, state, note);
}

function readNote(note: string): string | null {
  try {
    const text = readFileSync(note, 'latin1');
    return /^[0-9a-f]{64}$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

function readAndNote(path: string, state: string | null, note: string | null): string {
  const hash = createHash('sha256');
  readWhole(path, (piece) => hash.update(piece));
  const content = hash.digest('hex');
  const after = statSync(path, { bigint: true });
  if (note !== null && fileStateOf(after) === state) writeNote(note, content, after.ctimeNs);
  return content;
}

function writeNote(note: string, content: string, changedNs: bigint): void {
  const aside = `${note}.${content.slice(0, 8)}`;
  try {
    mkdirSync(dirname(note), { recursive: true, mode: 0o700 });
    writeFileSync(aside, content);
    const age = statSync(aside, { bigint: true }).mtimeNs - changedNs;
    if (age < SETTLED_NS) rmSync(aside);
    else renameSync(aside, note);
  } catch {
    // The file is then read again next time.
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
