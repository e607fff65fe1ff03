/** Silero's voice activity detector: a real model with a state, whose batch is on the second axis of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as ort from 'onnxruntime-node';
import type { SequenceOptions } from '#lifecycle/offer.js';
import { bytesOfList } from '../support/elements.js';
import { type Speaker, speakersOf } from '../support/encodings.js';
import { grpcClient } from '../support/grpc-client.js';
import { voiceActivityPath } from '../support/real-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

/** Samples of one request: 32 ms, and what it shares with the one before. */
const CHUNK = 512;
const SHARED = 64;
const RATE = 16_000;
const CHUNKS = 24;

const SEQUENCE: SequenceOptions = {
  maxIdleMs: 600_000,
  strategy: {
    kind: 'oldest',
    maxCandidates: 4,
    preferredRows: [],
    maxDelayMs: 0,
    preserveOrdering: false,
  },
  controls: [],
  states: [{ inputName: 'state', outputName: 'stateN', datatype: 'FP32', dims: [2, 1, 128], initial: null }],
};

/** Something like a vowel that comes and goes, and noise that is the same every time. */
function sound(pitchHz: number): Float32Array {
  let noise = pitchHz;
  return Float32Array.from({ length: SHARED + CHUNK * CHUNKS }, (_, at) => {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const seconds = at / RATE;
    const voice = [1, 2, 3, 4].reduce((sum, n) => sum + Math.sin(2 * Math.PI * pitchHz * n * seconds) / n, 0);
    const loudness = Math.max(0, Math.sin(2 * Math.PI * 3 * seconds)) * 0.3;
    return voice * loudness + (noise / 2 ** 32 - 0.5) * 0.02;
  });
}

function chunksOf(samples: Float32Array): readonly Float32Array[] {
  return Array.from({ length: CHUNKS }, (_, i) => samples.slice(i * CHUNK, (i + 1) * CHUNK + SHARED));
}

/** What the engine makes of the chunks when the state is carried by hand. */
async function byHand(chunks: readonly Float32Array[]): Promise<readonly number[]> {
  const options: ort.InferenceSession.SessionOptions = { intraOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await ort.InferenceSession.create(voiceActivityPath(), options);
  let state: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]);
  const found: number[] = [];
  for (const chunk of chunks) {
    const input = new ort.Tensor('float32', chunk, [1, chunk.length]);
    const sr = new ort.Tensor('int64', BigInt64Array.of(BigInt(RATE)), []);
    const { output, stateN } = await session.run({ input, state, sr });
    assert.ok(output && stateN);
    found.push(...(output.data as Float32Array));
    state = stateN;
  }
  await session.release();
  return found;
}

describe('a voice activity detector', () => {
  const end = atEnd(after);
  let server: TestServer;
  let speakers: readonly Speaker[];

  before(async () => {
    const offer = offerOf({ name: 'vad', path: voiceActivityPath(), sequence: SEQUENCE });
    server = await serve(end, settingsOf([offer], { grpc: GRPC }));
    const client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  test('its state is not shown', async () => {
    const { text, json } = await server.get('/v2/models/vad');
    const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
    assert.deepEqual([names(json.inputs), names(json.outputs)], [['input', 'sr'], ['output']], text);
  });

  test('sounds in sequences are heard as the engine hears each by itself, bit for bit', async () => {
    const listen = async ({ encoding, infer }: Speaker, pitchHz: number): Promise<void> => {
      const chunks = chunksOf(sound(pitchHz));
      const found: number[] = [];
      for (const [at, chunk] of chunks.entries()) {
        const answered = await infer({
          model: 'vad',
          inputs: [
            {
              name: 'input',
              datatype: 'FP32',
              shape: [1, chunk.length],
              data: bytesOfList('FP32', [...chunk]),
            },
            { name: 'sr', datatype: 'INT64', shape: [], data: bytesOfList('INT64', [BigInt(RATE)]) },
          ],
          parameters: {
            sequence_id: pitchHz,
            sequence_start: at === 0,
            sequence_end: at === CHUNKS - 1,
          },
        });
        if ('error' in answered) assert.fail(answered.error);
        found.push(...new Float32Array(new Uint8Array(answered.outputs[0]?.data ?? []).buffer));
      }
      const expected = await byHand(chunks);
      assert.deepEqual(found, expected, encoding);
      assert.ok(new Set(expected).size > CHUNKS / 2, 'the chunks differ');
    };
    await Promise.all(speakers.map((speaker, i) => listen(speaker, 110 + 30 * i)));
  });

  test('without its history a chunk sounds otherwise', async () => {
    const chunks = chunksOf(sound(140));
    const last = chunks.at(-1) as Float32Array;
    const [fresh] = await byHand([last]);
    assert.notEqual(fresh, (await byHand(chunks)).at(-1));
  });
});
