import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContentCoding, chooseCoding, contentCodingOf, UnknownCoding } from './content-coding.js';

const sent: [header: string | undefined, coding: ContentCoding][] = [
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  [' GZip ', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
];

for (const [header, coding] of sent) {
  test(`Content-Encoding: ${header} is ${coding}`, () => assert.equal(contentCodingOf(header), coding));
}

for (const header of ['br', 'zstd', 'gzip, gzip', 'gzip, identity', 'chunked', 'x'.repeat(1000)]) {
  test(`Content-Encoding: ${header.slice(0, 20)} is not known`, () => {
    assert.throws(
      () => contentCodingOf(header),
      (error) =>
        error instanceof UnknownCoding && error.code === 'UNIMPLEMENTED' && error.message.length < 160,
    );
  });
}

const accepted: [header: string | undefined, coding: ContentCoding][] = [
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['identity', 'identity'],
  ['gzip, deflate, br', 'gzip'],
  ['deflate, gzip', 'gzip'],
  ['gzip;q=0.5, deflate;q=0.8', 'deflate'],
  ['gzip; q=0.5 , deflate ; q=0.8', 'deflate'],
  ['GZIP;Q=1.000', 'gzip'],
  ['x-gzip', 'gzip'],
  ['identity, gzip;q=0.5', 'identity'],
  ['identity;q=0.5, gzip;q=0.9', 'gzip'],
  ['gzip;q=0.001', 'gzip'],
  ['gzip;q=0', 'identity'],
  ['gzip;q=0, *', 'deflate'],
  ['*', 'gzip'],
  ['*;q=0', 'identity'],
  ['*;q=0, deflate;q=0.1', 'deflate'],
  ['identity;q=0', 'identity'],
  ['identity;q=0, *', 'gzip'],
  ['br, zstd', 'identity'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=abc', 'identity'],
  ['gzip;q=', 'identity'],
  [',,;q=1,', 'identity'],
];

for (const [header, coding] of accepted) {
  test(`Accept-Encoding: ${header} gets ${coding}`, () => assert.equal(chooseCoding(header), coding));
}
