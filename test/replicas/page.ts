/** The part of docs/replicas.md that a run writes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { median, table } from '../../bench/table.js';
import { repositoryRoot } from '../support/places.js';
import type { BalancerName } from './balancer.js';
import type { Deed } from './deeds.js';
import { type Failure, KINDS, type Kind } from './load.js';
import { type DeedResult, mayFail, NOT_SENT_AGAIN, type SceneResult } from './result.js';

const PAGE = join(repositoryRoot, 'docs', 'replicas.md');

const BALANCER_NAMES: Readonly<Record<BalancerName, string>> = { nginx: 'nginx', haproxy: 'HAProxy' };

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  rest: 'REST',
  large: 'REST, 256 KiB',
  grpc: 'gRPC',
  stream: 'gRPC stream',
  probe: 'readiness',
};

const DEED_NAMES: Readonly<Record<Deed, string>> = {
  rolling: 'restarted in turn',
  kill: 'killed (SIGKILL)',
  freeze: 'frozen (SIGSTOP)',
  slow: 'slow: runs a tenth of the time',
};

export function section(results: readonly SceneResult[]): string {
  const inNamespaces = results.every(({ network }) => network === 'namespaces');
  const where = inNamespaces ? 'each replica in a network namespace of its own' : 'on loopback addresses';
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`;
  return [
    `${machine}; ${where}.`,
    ...results.map(sceneText),
    '**Why some may fail.** Requests that a replica had when it died or froze, and that nobody could send again:',
    reasons(results),
  ].join('\n\n');
}

/** Puts it between the markers of the page. */
export function writeSection(text: string): void {
  const [begin, end] = ['<!-- begin replicas -->\n', '<!-- end replicas -->'];
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/replicas.md lacks the markers of its part');
  writeFileSync(PAGE, `${page.slice(0, from + begin.length)}\n${text}\n\n${page.slice(to)}`);
}

function sceneText(scene: SceneResult): string {
  const { balancer, replicas, deeds } = scene;
  return [
    `### ${replicas} replicas behind ${BALANCER_NAMES[balancer]}`,
    table(
      ['replicas', 'requests', 'sent', 'answered', 'failed', 'sent again', 'slowest, s'],
      deeds.flatMap((result) => KINDS.map((kind) => row(scene, result, kind))),
    ),
    wordsOf(deeds),
    table(
      [
        'part of each replica, %',
        'REST before',
        'after',
        'gRPC before',
        'after',
        'requests until even',
        'at most',
      ],
      deeds.map(sharesRow),
    ),
    ...deeds.filter(({ deed }) => deed === 'slow').map(slowText),
  ].join('\n\n');
}

function row({ balancer }: SceneResult, { deed, done, counts, sentAgain }: DeedResult, kind: Kind): string[] {
  const { sent, answered, failed, slowestMs } = counts[kind];
  const said = mayFail(balancer, deed, kind) ? `${failed} (may)` : String(failed);
  return [
    `${done.count} x ${DEED_NAMES[deed]}`,
    KIND_NAMES[kind],
    String(sent),
    String(answered),
    said,
    String(sentAgain[kind]),
    (slowestMs / 1000).toFixed(2),
  ];
}

function sharesRow({ deed, done, before, after }: DeedResult): string[] {
  const parts = (shares: readonly number[]): string =>
    shares.map((share) => (share * 100).toFixed(0)).join(' / ');
  // A turn is a request of REST and one of gRPC.
  const requests = done.turnsUntilEven.map((turns) =>
    turns === null ? Number.POSITIVE_INFINITY : turns * 2,
  );
  return [
    `${done.count} x ${DEED_NAMES[deed]}`,
    parts(before.rest),
    parts(after.rest),
    parts(before.grpc),
    parts(after.grpc),
    String(median(requests)),
    String(Math.max(...requests)),
  ];
}

function slowText({ done }: DeedResult): string {
  const share = (of: 'rest' | 'grpc'): string =>
    (median(done.slowShares.map((shares) => shares[of][0] ?? 0)) * 100).toFixed(1);
  return `The slow replica had ${share('rest')} % of REST and ${share('grpc')} % of gRPC meanwhile (median).`;
}

/** What clients were told, with numbers taken out of addresses so that the same fault is one line. */
function wordsOf(deeds: readonly DeedResult[]): string {
  const lines = deeds.flatMap(({ deed, failures }) =>
    [...counted(failures)].map(([words, times]) => `- ${DEED_NAMES[deed]}, ${times} times: ${words}`),
  );
  return lines.length === 0 ? 'No request failed.' : ['What the clients were told:', '', ...lines].join('\n');
}

function counted(failures: readonly Failure[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { kind, words } of failures) {
    const said = words
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .replace(/"metadata":\{.*\}/, '…');
    const line = `${KIND_NAMES[kind]}: \`${said.slice(0, 140)}\``;
    times.set(line, (times.get(line) ?? 0) + 1);
  }
  return times;
}

function reasons(results: readonly SceneResult[]): string {
  const names = [...new Set(results.map(({ balancer }) => balancer))];
  return names
    .flatMap((name) =>
      KINDS.map((kind) => [name, kind, NOT_SENT_AGAIN[name][kind]] as const).filter(([, , why]) => why),
    )
    .map(([name, kind, why]) => `- ${BALANCER_NAMES[name]}, ${KIND_NAMES[kind]}: ${why}.`)
    .join('\n');
}
