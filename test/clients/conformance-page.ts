/** docs/conformance.md, told from what the clients did. */
import { type CaseResult, type ClientResults, countOf, type Outcome } from './results.js';

const INTRODUCTION = `Clients that others wrote, as they come from their package registry, against the command as users start it. \`npm run test:clients\`
makes the environment, starts \`furiosa server\` with small models, lets every client below talk to it, and writes this page;
what is to be seen here was seen in one run of it. The cases are in \`test/clients\`.`;

/** What clients can ask for and will not get, whatever the run says. */
const NOT_SUPPORTED: readonly (readonly [what: string, why: string])[] = [
  [
    'CUDA shared memory',
    'no engine of this version reads tensors from the memory of a GPU; regions are refused',
  ],
  ['decoupled models', 'each request is one run, and has one answer'],
  ['load with `config` or `files`', 'models come from the configuration of the server; refused'],
  ['TLS options of the clients', 'the server has no TLS; put a proxy in front'],
  ['`--collect-metrics` of perf_analyzer', 'there are no metrics in this version'],
];

/** The same results give the same page: no times, no machine. */
export function conformancePage(serverVersion: string, results: readonly ClientResults[]): string {
  const [passed, failed, skipped] = (['pass', 'fail', 'skip'] as const).map((outcome) =>
    countOf(results, outcome),
  );
  const tried = [`${passed} passed`, `${failed} failed`, `${skipped} not tried`].join(', ');
  return `${[
    '# Conformance',
    INTRODUCTION,
    `furiosa-server ${serverVersion}: ${tried}.`,
    table(['Client', 'Versions', 'Passed', 'Failed', 'Not tried'], results.map(summaryOf)),
    ...results.flatMap((each) => [`## ${each.client}`, table(['Case', 'Works'], each.cases.map(rowOf))]),
    '## Not supported',
    table(['What', 'Why'], NOT_SUPPORTED),
  ].join('\n\n')}\n`;
}

function summaryOf(each: ClientResults): readonly string[] {
  const versions = Object.entries(each.versions).map(([name, version]) => `${name} ${version}`);
  const counts = (['pass', 'fail', 'skip'] satisfies Outcome[]).map(
    (outcome) => `${countOf([each], outcome)}`,
  );
  return [`[${each.client}](#${anchorOf(each.client)})`, versions.join(', '), ...counts];
}

function rowOf({ name, outcome, reason }: CaseResult): readonly string[] {
  return [name, { pass: 'yes', fail: '**no**', skip: `not tried: ${reason}` }[outcome]];
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
