import { Buffer } from 'node:buffer';
import { invalid } from '#core/errors.js';
import { checkControlParameters } from '#protocol/request-faults.js';
import type { IndexEntry } from '#serving/serving.js';
import { JsonReader } from './json-reader.js';
import { readParameters } from './json-value.js';

/** The body of a repository index request: empty, or `{"ready": bool}`. True asks for the ready versions only. */
export function decodeIndexRequest(body: Uint8Array): { readonly readyOnly: boolean } {
  if (body.byteLength === 0) return { readyOnly: false };
  const reader = new JsonReader(body);
  const { ready = false } = readParameters(reader, '');
  reader.end();
  if (typeof ready !== 'boolean')
    throw invalid(`'ready' must be true or false, but is ${JSON.stringify(String(ready))}`);
  return { readyOnly: ready };
}

/** Checks the body of a load or unload request: empty, or an object whose `parameters` ask for nothing special. */
export function checkControlRequest(body: Uint8Array): void {
  if (body.byteLength === 0) return;
  const reader = new JsonReader(body);
  reader.fields('', ['parameters'], (key) => {
    checkControlParameters(Object.keys(readParameters(reader, key)));
  });
  reader.end();
}

/** The repository index as Triton prints it: no `reason` where there is none. */
export function encodeIndex(entries: readonly IndexEntry[], readyOnly: boolean): Buffer {
  const shown = entries.filter((entry) => !readyOnly || entry.state === 'READY');
  return Buffer.from(
    JSON.stringify(
      shown.map(({ name, version, state, reason }) => ({
        name,
        version,
        state,
        ...(reason === '' ? {} : { reason }),
      })),
    ),
  );
}
