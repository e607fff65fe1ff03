import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '#backend/identify.js';
import { readTflite, summarize } from '#backend/litert/model-file.js';
import type { ModelSummary } from '#backend/model-summary.js';
import { summarizeOnnx } from '#backend/onnxruntime/model-file.js';
import { decodeEntry, encodeEntry } from '#cache/codec.js';
import { invalid } from '#core/errors.js';
import { blobsOfManifest } from '#store/content-cache/manifest.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import { addSubModel, matMulModel, scalarModel, slowModel } from '../../support/onnx-models.js';
import { encodeModel } from '../../support/onnx-writer.js';
import { addAndSubtract, custom, gather, remember, where } from '../../support/tflite-models.js';
import { writeTflite } from '../../support/tflite-writer.js';
import { checkTensor } from '../check-tensor.js';
import { type FuzzTarget, textOf, textSeeds, utf8 } from '../target.js';

/** One file that is written anew for every input. */
let file: string | null = null;

function asFile(bytes: Uint8Array): string {
  file ??= join(mkdtempSync(join(tmpdir(), 'furiosa-fuzz-file-')), 'model');
  writeFileSync(file, bytes);
  return file;
}

export const onnxFile: FuzzTarget = {
  name: 'onnx-file',
  about:
    'An ONNX file, by the reader that needs no engine, and what kind of file a path holds at all. Specs with axes of -1 or more',
  seeds: () => [
    addSubModel(),
    matMulModel(),
    scalarModel(),
    slowModel().slice(0, 3000),
    encodeModel({
      metadata: { author: 'é', map: '{}' },
      graph: {
        nodes: [
          {
            op: 'If',
            inputs: ['c'],
            outputs: ['y'],
            attributes: { then_branch: { graph: { nodes: [], inputs: [], outputs: [] } } },
          },
        ],
        inputs: [],
        outputs: [{ name: 'y', type: { tensor: 'FLOAT', shape: ['n', 2, null] } }],
        initializers: [
          { name: 'w', type: 'FLOAT', shape: [2], external: { location: 'w.bin', offset: 0, length: 8 } },
        ],
      },
    }),
    utf8('\u0089HDF\r\n'),
    utf8('PK\u0003\u0004'),
    utf8('{"format":"graph-model"}'),
  ],
  words: [':', '\u0012', '\n', 'B', 'Z', 'j', 'ai.onnx', 'Constant', '\b\b', 'TFL3'],
  cost: 24,
  run: (input) => {
    const path = asFile(input);
    const identified = identify(path);
    if ('problem' in identified) {
      assert.ok(identified.problem.length < 300);
      // Read all the same: who says --format onnx gets there.
      try {
        summarizeOnnx(path);
      } catch (thrown) {
        if (!(thrown instanceof Error && thrown.name === 'ServingError')) throw thrown;
      }
      throw invalid(identified.problem);
    }
    if (identified.format === 'tflite') return 'tflite';
    return summaryWord(summarizeOnnx(path), input.length);
  },
};

export const tfliteFile: FuzzTarget = {
  name: 'tflite-file',
  about:
    'A TFLite file, by the reader that needs no engine. Tensors, operators and signatures that refer to what is there',
  seeds: () => [
    writeTflite(addAndSubtract({ scales: [0.5], zeroPoints: [3] })),
    writeTflite(gather()),
    writeTflite(remember()),
    writeTflite(where([2])),
    writeTflite(custom('MyOperator')),
    writeTflite({
      ...addAndSubtract(),
      signatures: [{ key: 'serving_default', inputs: [['p', 0]], outputs: [['q', 2]] }],
    }),
  ],
  words: [
    'TFL3',
    'serving_default',
    '\u0000\u0000\u0000\u0000',
    '\u0004\u0000\u0000\u0000',
    '\u0001\u0000\u0000\u0000',
  ],
  run: (input) => {
    const model = readTflite(input);
    for (const { tensors, inputs, outputs } of model.subgraphs) {
      for (const index of [...inputs, ...outputs]) assert.ok(tensors[index] !== undefined);
    }
    return summaryWord(summarize(model, input.length), input.length);
  },
};

function summaryWord(
  { inputs, outputs, facts, operators, parameterCount }: ModelSummary,
  bytes: number,
): string {
  for (const { shape } of [...inputs, ...outputs])
    assert.ok(
      shape.every((axis) => axis >= -1 && Number.isSafeInteger(axis)),
      `the shape [${shape}]`,
    );
  assert.ok(parameterCount >= 0, `${parameterCount} parameters`);
  assert.ok(operators.length <= bytes);
  return `${Math.min(3, inputs.length)} ${Math.min(3, outputs.length)} ${Object.keys(facts).join().slice(0, 80)}`;
}

const KEY = 'key';
/** The checksum is made right for every input: behind it is where the reader has work to do. */
const HEAD_BYTES = 8;

export const cacheEntry: FuzzTarget = {
  name: 'cache-entry',
  about:
    'An answer as a cache outside of the process has it, its checksum put right. The tensors that are read are sound, and written again they are the same entry',
  seeds: () => [
    entryBody([]),
    entryBody([{ name: 'x', datatype: 'FP32', shape: [1, 2], data: new Uint8Array(8) }]),
    entryBody([{ name: 'é', datatype: 'BYTES', shape: [2], data: encodeByteStrings([utf8('a'), utf8('')]) }]),
    entryBody([{ name: 's', datatype: 'BOOL', shape: [], data: new Uint8Array(1) }]),
  ],
  words: ['FP32', 'BYTES', 'INT8', '\u0000\u0000\u0000\u0000\u0000\u0000\u00f0?', '\u0001\u0000\u0000\u0000'],
  run: (input) => {
    const digest = createHash('sha256').update(KEY).update(input).digest();
    const entry = Buffer.concat([Buffer.from('FSRC'), Buffer.of(1, 0, 0, 0), digest, input]);
    const tensors = decodeEntry(KEY, entry);
    if (tensors === null) return 'a miss';
    for (const tensor of tensors) checkTensor(tensor);
    assert.deepEqual(decodeEntry(KEY, encodeEntry(KEY, tensors)), tensors);
    return tensors.map(({ datatype }) => datatype).join();
  },
};

function entryBody(tensors: Parameters<typeof encodeEntry>[1]): Uint8Array {
  return new Uint8Array(encodeEntry(KEY, tensors).subarray(HEAD_BYTES + 32));
}

export const treeManifest: FuzzTarget = {
  name: 'tree-manifest',
  about: 'The manifest of a downloaded folder. The names of contents, or none',
  seeds: textSeeds(`{"files":[{"path":"a","sha256":"${'0'.repeat(64)}","byteLength":1}]}`, '{"files":[]}'),
  words: ['"files"', '"sha256"', 'null', '[', ']', '{', '}', '../', ':', ',', '"'],
  maxBytes: 500,
  run: (input) => {
    const blobs = blobsOfManifest(textOf(input));
    for (const blob of blobs) assert.match(String(blob), /^[0-9a-f]{64}$/);
    return String(Math.min(2, blobs.length));
  },
};
