import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { digitsIn, fullQuadValue, quadOf, quadValue } from './json-quad.js';

function quad(bytes: Uint8Array): number {
  return quadOf(new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true));
}

test('any byte behind any digits ends them, unless it is a digit', () => {
  for (let count = 0; count < 4; count++) {
    for (let byte = 0; byte < 256; byte++) {
      for (const digit of ['0', '9']) {
        for (const after of ['0', '9', ',', '\u0000', '\u00ff']) {
          const bytes = Buffer.from(digit.repeat(count).padEnd(4, after), 'latin1');
          bytes[count] = byte;
          const expected = /^\d*/.exec(bytes.toString('latin1'))?.[0].length;
          assert.equal(digitsIn(quad(bytes)), expected, bytes.toString('hex'));
        }
      }
    }
  }
});

test('all numbers of up to four digits are read, whatever stands behind them', () => {
  for (let count = 0; count <= 4; count++) {
    for (let value = 0; value < 10 ** count; value++) {
      const digits = count === 0 ? '' : String(value).padStart(count, '0');
      for (const after of [',,,,', '\u00ff\u0000e.']) {
        const found = quad(Buffer.from(`${digits}${after}`, 'latin1'));
        assert.equal(digitsIn(found), count);
        assert.equal(quadValue(found, count), value);
        if (count === 4) assert.equal(fullQuadValue(found), value);
      }
    }
  }
});
