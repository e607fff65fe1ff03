// npm run docs: writes anew the parts of docs/ that are told by the code, between their markers. test/docs.test.ts
// fails while one of them is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const { describeAuthKeys, describeModelKeys, describeOptions, describeServerKeys } = await import(
  '../dist/src/config/describe.js'
);
const { ERROR_CODES } = await import('../dist/src/core/errors.js');
const { GRPC_STATUS, STATUS } = await import('../dist/src/protocol/grpc/status.js');
const { describeMetrics } = await import('../dist/src/telemetry/metrics/describe.js');
const { HTTP_STATUS } = await import('../dist/src/protocol/rest/http-status.js');

const SECTIONS = {
  'docs/configuration.md': {
    options: describeOptions,
    'model-keys': describeModelKeys,
    'server-keys': describeServerKeys,
  },
  'docs/auth.md': { 'auth-keys': describeAuthKeys },
  'docs/metrics.md': { metrics: describeMetrics },
  'docs/errors.md': { 'error-codes': describeErrors },
};

for (const [file, sections] of Object.entries(SECTIONS)) {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = Object.entries(sections).reduce(
    (text, [name, describe]) => replaceSection(text, name, describe(), file),
    before,
  );
  console.log(`${file}: ${after === before ? 'nothing changed' : 'written'}`);
  if (after !== before) writeFileSync(path, after);
}

function replaceSection(text, name, contents, file) {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers of the section ${name}`);
  return `${text.slice(0, from + begin.length)}\n${contents.trim()}\n\n${text.slice(to)}`;
}

/** The meaning of a code is its comment in the source, so that it is said once. */
function describeErrors() {
  const source = readFileSync(join(root, 'src/core/errors.ts'), 'utf8');
  const rows = ERROR_CODES.map((code) => {
    const meaning = new RegExp(String.raw`/\*\* ([^*]+) \*/\s+'${code}',`).exec(source)?.[1];
    if (meaning === undefined) throw new Error(`src/core/errors.ts does not say what ${code} means`);
    const grpc = Object.keys(STATUS).find((name) => STATUS[name] === GRPC_STATUS[code]);
    return `| \`${code}\` | ${HTTP_STATUS[code]} | ${GRPC_STATUS[code]} \`${grpc}\` | ${meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| Code | HTTP status | gRPC status | When |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
