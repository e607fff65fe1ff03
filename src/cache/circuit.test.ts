import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Circuit } from './circuit.js';

/** Each step is a time and what happens then: `?` asks, `+` and `-` tell how a call went. */
const rows: [title: string, steps: string, answers: string][] = [
  ['at the start all may call', '0? 0? 1?', 'yyy'],
  ['after a failure nobody may', '0? 0- 1? 9?', 'ynn'],
  ['later one may try, the others not', '0- 10? 10? 11? 19?', 'ynnn'],
  ['one that tried and does not tell is followed by another', '0- 10? 20? 21?', 'yyn'],
  ['after a try that failed nobody may', '0- 10? 12- 20? 22?', 'yny'],
  ['after a try that succeeded all may', '0- 10? 12+ 12? 12?', 'yyy'],
  ['failures of calls that were under way count from the last', '0- 5- 10? 15?', 'ny'],
];

for (const [title, steps, answers] of rows) {
  test(`${title}: ${steps}`, () => {
    const circuit = new Circuit(10);
    const said = steps.split(' ').map((step) => {
      const now = Number(step.slice(0, -1));
      if (step.endsWith('?')) return circuit.mayCall(now) ? 'y' : 'n';
      if (step.endsWith('+')) circuit.succeeded();
      else circuit.failed(now);
      return '';
    });
    assert.equal(said.join(''), answers);
  });
}
