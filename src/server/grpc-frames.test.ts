import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, FrameReader, prefixOf } from './grpc-frames.js';

const MAX = 1_000_000;

function framed(message: Uint8Array, flag = 0): Uint8Array {
  const prefix = prefixOf([message]);
  prefix[0] = flag;
  return new Uint8Array([...prefix, ...message]);
}

function readAll(chunks: readonly Uint8Array[]): readonly Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(MAX, (frame) => frames.push(frame));
  for (const chunk of chunks) reader.push(chunk);
  assert.equal(reader.isMidway, false);
  return frames;
}

const ones = (length: number): Uint8Array => new Uint8Array(length).fill(1);

test('messages are the same wherever the bytes are cut', () => {
  const messages = [ones(0), ones(3), ones(1), ones(0)];
  const bytes = new Uint8Array(messages.flatMap((message, i) => [...framed(message, i % 2)]));
  const expected = messages.map((data, i) => ({ isCompressed: i % 2 === 1, data }));
  for (let cut = 0; cut <= bytes.length; cut++) {
    assert.deepEqual(readAll([bytes.subarray(0, cut), bytes.subarray(cut)]), expected, `cut at ${cut}`);
  }
  assert.deepEqual(readAll([...bytes].map((byte) => Uint8Array.of(byte))), expected);
});

test('a large message comes in one buffer, and ends where an element of any datatype may end', () => {
  const message = Uint8Array.from({ length: 700_001 }, (_, i) => i % 251);
  const bytes = framed(message);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 16_384) }, (_, i) =>
    bytes.subarray(i * 16_384, (i + 1) * 16_384),
  );
  const [frame] = readAll(chunks);
  assert.deepEqual(frame?.data, message);
  const { byteOffset = 0, byteLength = 0, buffer } = frame?.data ?? {};
  assert.equal((byteOffset + byteLength) % 8, 0);
  assert.ok((buffer?.byteLength ?? 0) < 2 * message.length);
});

test('a length is believed only as far as bytes arrive', () => {
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 100 }, () => {
    const reader = new FrameReader(2 ** 31 - 1, () => {});
    reader.push(new Uint8Array([...Uint8Array.of(0, 0x7f, 0xff, 0xff, 0xff), 1, 2, 3]));
    return reader;
  });
  assert.ok(readers.every((reader) => reader.isMidway));
  assert.ok(process.memoryUsage().arrayBuffers - before < 100 * 100_000);
});

const faults: [name: string, bytes: number[], code: string][] = [
  ['a message above the limit', [0, 0, 0x0f, 0x42, 0x41], 'PAYLOAD_TOO_LARGE'],
  ['a flag that is neither 0 nor 1', [2, 0, 0, 0, 0], 'INTERNAL'],
];

for (const [name, bytes, code] of faults) {
  test(`${name} is ${code}`, () => {
    const reader = new FrameReader(MAX, () => assert.fail('a message was made of it'));
    assert.throws(() => reader.push(Uint8Array.from(bytes)), { code });
  });
}

test('a message of exactly the limit is taken', () => {
  assert.equal(readAll([framed(ones(MAX))])[0]?.data.length, MAX);
});

test('a prefix has the length of all pieces', () => {
  assert.deepEqual([...prefixOf([ones(255), ones(2)])], [0, 0, 0, 1, 1]);
});
