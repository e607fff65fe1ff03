import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServingError } from '#core/errors.js';
import { JsonReader, MAX_DEPTH } from '#protocol/rest/json-reader.js';
import { type FuzzTarget, textSeeds, utf8 } from '../target.js';

/** What our grammar has more than JSON (RFC 8259). */
const MORE_THAN_JSON = /NaN|Inf/;

export const jsonText: FuzzTarget = {
  name: 'json-text',
  about:
    'Any JSON text, by the reader below all REST bodies. Accepts what `JSON.parse` accepts, with the same value',
  seeds: textSeeds(
    '{"a":[1,-2.5e3,"x\\u00e9\\n",true,null,{"b":[]}],"é":""}',
    '[NaN,Infinity,-Infinity,Inf,-Inf]',
    '"\\ud83d\\ude00\\/"',
    '\ufeff {"a" : 0 }',
    '[0.5,1e2,1E-2,-0]',
  ),
  words: [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\u',
    '\\ud800',
    '\\',
    'true',
    'null',
    'NaN',
    '-Inf',
    'e+',
    '"__proto__"',
  ],
  made: fc.json({ maxDepth: 6 }).map(utf8),
  run: (input) => {
    const expected = parsed(input);
    const read = attempt(() => whole(input));
    if (read instanceof ServingError) {
      // Deeper than ours may go, or half a surrogate pair, which JavaScript's strings can hold and UTF-8 cannot.
      const isStricter = /nesting deeper than|surrogate/.test(read.message);
      assert.ok(expected === undefined || isStricter, `JSON that is refused: ${read.message}`);
      throw read;
    }
    if (!MORE_THAN_JSON.test(new TextDecoder().decode(input))) {
      assert.notEqual(expected, undefined, 'no JSON, and accepted');
      assert.equal(JSON.stringify(read.value), JSON.stringify(expected?.value));
    }
    return typeof read.value;
  },
};

/** What JSON.parse makes of it; undefined where it refuses. */
function parsed(input: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(input)) };
  } catch {
    return undefined;
  }
}

function attempt<T>(read: () => T): T | ServingError {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ServingError) return thrown;
    throw thrown;
  }
}

function whole(input: Uint8Array): { readonly value: unknown } {
  // To skip and to read must take the same texts.
  const skipping = new JsonReader(input);
  skipping.skip();
  skipping.end();
  const reader = new JsonReader(input);
  const value = builtOf(reader);
  reader.end();
  assert.equal(reader.at, skipping.at, 'reading and skipping end at different places');
  assert.ok(reader.depth === 0 && MAX_DEPTH === 100);
  return { value };
}

function builtOf(reader: JsonReader): unknown {
  const first = String.fromCharCode(reader.peek());
  if (first === '"') return reader.string('');
  if (first === '{') {
    const entries = new Map<string, unknown>();
    reader.entries('', (name) => void entries.set(name, builtOf(reader)));
    return Object.fromEntries(entries);
  }
  if (first === '[') {
    const values: unknown[] = [];
    reader.elements('', () => void values.push(builtOf(reader)));
    return values;
  }
  const from = reader.at;
  reader.skip();
  const text = new TextDecoder().decode(reader.bytes.subarray(from, reader.at));
  return MORE_THAN_JSON.test(text) ? text : JSON.parse(text);
}
