import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPTIONS } from '#config/flags.js';
import { SERVER_OPTIONS } from './server-options.js';
import { COMPLETION_OPTIONS, HELP_OPTION, VERSION_OPTION } from './shared-options.js';

/** Answered by the command itself; the configuration never sees them. */
const OWN = new Set([...COMPLETION_OPTIONS, VERSION_OPTION, HELP_OPTION]);

/** For tests of the configuration, by the environment alone: a server has only one `/dev`. */
const HIDDEN = new Set(['--dev-root', '--sys-root']);

describe('the options of furiosa server', () => {
  const shown = SERVER_OPTIONS.filter((option) => !OWN.has(option));

  it('are those that the configuration reads', () => {
    const read = OPTIONS.map(({ flag }) => flag).filter((flag) => !HIDDEN.has(flag));
    assert.deepEqual(shown.map(({ name }) => `--${name}`).sort(), read.sort());
  });

  for (const option of shown) {
    it(`--${option.name} means the same in both`, () => {
      const read = OPTIONS.find(({ flag }) => flag === `--${option.name}`);
      assert.equal(option.help, read?.help);
      assert.deepEqual(option.choices?.toSorted(), read?.choices?.toSorted());
      assert.equal(option.placeholder === null, read?.placeholder === 'BOOLEAN');
      if (read?.placeholder === 'BOOLEAN') {
        assert.equal(option.default, read.default === 'true' ? option.name : `no-${option.name}`);
      } else {
        assert.equal(option.default, read?.default?.replace('LogLevel.', ''));
      }
    });
  }
});
