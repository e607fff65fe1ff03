import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ServingError } from '#core/errors.js';
import { splitBody } from '#protocol/rest/inference-header.js';
import { chooseCoding, contentCodingOf } from '#server/content-coding.js';
import { answerEncoding, checkEncoding, decodeFrame } from '#server/grpc-encoding.js';
import { type Frame, FrameReader } from '#server/grpc-frames.js';
import { timeoutOf } from '#server/grpc-timeout.js';
import { requestTimeoutOf } from '#server/request-timeout.js';
import { frame } from '../../support/grpc-bytes.js';
import { refusalOf } from '../outcome.js';
import { type FuzzTarget, textOf, textSeeds, utf8 } from '../target.js';

const MAX_BYTES = 2000;

/** An input is a byte that says how long the pieces are that the others arrive in. */
export const grpcFrames: FuzzTarget = {
  name: 'grpc-frames',
  about:
    'What arrives on a stream of gRPC, cut into messages. The same messages in whatever pieces it arrives',
  seeds: () => [
    Buffer.concat([Buffer.of(3), frame(utf8('abc')), frame(utf8('')), frame(utf8('x'.repeat(70)), 1)]),
    Buffer.concat([Buffer.of(1), frame(utf8('abc'), 0, 2001)]),
    Buffer.concat([Buffer.of(0), frame(utf8('abc'), 2)]),
  ],
  words: ['\u0000\u0000\u0000\u0000\u0001', '\u0001\u0000\u0000\u0000\u0000', '\u0000\u0000\u0000\u0007'],
  made: fc
    .tuple(fc.nat(255), fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(1))))
    .map(([piece, messages]) =>
      Buffer.concat([Buffer.of(piece), ...messages.map(([data, flag]) => frame(data, flag))]),
    ),
  run: (input) => {
    const bytes = input.subarray(1);
    const whole = framesOf(bytes, bytes.length);
    const cut = framesOf(bytes, 1 + (input[0] ?? 0));
    assert.deepEqual(cut, whole);
    if (whole.refusal === '') {
      const read = whole.frames.reduce((sum, { data }) => sum + 5 + data.length, 0);
      assert.ok(read <= bytes.length && whole.isMidway === read < bytes.length);
    }
    return `${Math.min(3, whole.frames.length)} ${whole.isMidway} ${whole.refusal}`;
  },
};

function framesOf(
  bytes: Uint8Array,
  piece: number,
): { readonly frames: readonly Frame[]; readonly isMidway: boolean; readonly refusal: string } {
  const frames: Frame[] = [];
  const reader = new FrameReader(MAX_BYTES, (each) => frames.push({ ...each, data: each.data.slice() }));
  try {
    for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
    return { frames, isMidway: reader.isMidway, refusal: '' };
  } catch (thrown) {
    return { frames, isMidway: false, refusal: streamRefusal(thrown) };
  }
}

/** Here INTERNAL is the word that gRPC itself has for a stream that is none. */
function streamRefusal(thrown: unknown): string {
  assert.ok(thrown instanceof ServingError, String(thrown));
  if (thrown.code !== 'INTERNAL') return refusalOf(thrown);
  assert.match(thrown.message, /gRPC message|cannot be decompressed|marked as compressed/);
  return thrown.code;
}

/** An input is a letter for the encoding (capital: not marked as compressed), and a message. */
export const grpcCompression: FuzzTarget = {
  name: 'grpc-compression',
  about:
    'A compressed message of gRPC (gzip, deflate). Never more bytes than the bound, whatever it unfolds to',
  seeds: () => [
    Buffer.concat([Buffer.from('g'), gzipSync('hello'.repeat(100))]),
    Buffer.concat([Buffer.from('d'), deflateSync('hello'.repeat(100))]),
    Buffer.concat([Buffer.from('g'), gzipSync(new Uint8Array(100_000))]),
    utf8('ihello'),
    utf8('Ghello'),
    utf8('xhello'),
  ],
  words: ['\u001f\u008b\b'],
  cost: 4,
  run: async (input) => {
    const letter = String.fromCharCode(input[0] ?? 0);
    const encoding = { g: 'gzip', d: 'deflate', i: 'identity' }[letter.toLowerCase()] ?? letter;
    const message = { isCompressed: letter === letter.toLowerCase(), data: input.subarray(1) };
    try {
      const data = await decodeFrame(message, encoding, MAX_BYTES);
      assert.ok(data.length <= Math.max(MAX_BYTES, input.length));
      return encoding.slice(0, 8);
    } catch (thrown) {
      return streamRefusal(thrown).concat(
        thrown instanceof Error ? thrown.message.replace(/\d+|'.*'/g, '') : '',
      );
    }
  },
};

/** An input is the value of a header, which all readers of headers are given. */
export const headers: FuzzTarget = {
  name: 'headers',
  about:
    'The values of headers: X-Request-Timeout, grpc-timeout, Content-Encoding, Accept-Encoding, grpc-encoding, Inference-Header-Content-Length. Times are finite and not negative, lengths within the body',
  seeds: textSeeds(
    '1.5',
    '1500ms',
    '100m',
    '99999999H',
    'gzip, deflate;q=0.5, *;q=0',
    'x-gzip',
    'identity',
    '12',
    '0.000001us',
  ),
  words: [
    'ms',
    'us',
    's',
    'm',
    ';q=',
    ',',
    '*',
    'gzip',
    'deflate',
    'identity',
    '0.',
    '99999999',
    'H',
    'n',
    ' ',
  ],
  maxBytes: 300,
  run: (input) => {
    const text = textOf(input);
    const body = new Uint8Array(100);
    const words = [
      wordOf(() => checkTime(requestTimeoutOf(text))),
      wordOf(() => checkTime(timeoutOf(text))),
      wordOf(() => contentCodingOf(text)),
      wordOf(() => chooseCoding(text)),
      wordOf(() => answerEncoding(text, 'high')),
      wordOf(() => {
        checkEncoding(text);
        return 'known';
      }),
      wordOf(() => {
        const { json, blobs } = splitBody(body, text);
        assert.equal(json.length + (blobs?.length ?? 0), body.length);
        return 'split';
      }),
    ];
    return words.join();
  },
};

function wordOf(read: () => string): string {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ServingError && thrown.code !== 'INTERNAL') return thrown.code;
    throw thrown;
  }
}

function checkTime(ms: number | null): string {
  if (ms === null) return 'for ever';
  assert.ok(Number.isFinite(ms) && ms >= 0 && ms < 2 ** 31, `${ms} ms`);
  return 'bounded';
}
