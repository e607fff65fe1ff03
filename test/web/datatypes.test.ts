/** The page has a table of datatypes of its own: browsers are given nothing of the server's code. Both must say the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATATYPE_BYTES, DATATYPES } from '#tensor/datatype.js';
import { elementBytes, isDatatype } from '../../web/try/datatype.js';

test('the page knows the datatypes of the server, and how long an element is', () => {
  for (const datatype of DATATYPES) {
    assert.equal(isDatatype(datatype), true, datatype);
    assert.equal(isDatatype(datatype) && elementBytes(datatype), DATATYPE_BYTES[datatype], datatype);
  }
  assert.equal(isDatatype('FLOAT32'), false);
});
