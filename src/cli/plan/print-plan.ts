import { fileSize } from '#cli/print-model.js';
import { printable } from '#cli/printable.js';
import type { Style } from '#cli/terminal.js';
import { type Column, textTable } from '#cli/text-table.js';
import type { Plan, PlanTarget } from '#planning/plan.js';
import type { ModelProfile } from '#planning/profile.js';
import type { Limit, ReplicaState } from '#planning/replica.js';
import { bySize } from '#planning/run-cost.js';

/** So many replicas, and what they do; null where they cannot keep up. */
interface Case {
  readonly what: string;
  readonly replicas: number;
  readonly perSecond: number;
  readonly state: ReplicaState | null;
}

const COLUMNS: readonly Column<Case>[] = [
  { title: 'SERVERS', cell: ({ what }) => what },
  { title: 'REQ/S EACH', cell: ({ perSecond, replicas }) => rounded(perSecond / replicas) },
  { title: 'P50', cell: ({ state }) => msOf(state?.p50Ms) },
  { title: 'P99', cell: ({ state }) => msOf(state?.p99Ms) },
  { title: 'LOAD', cell: ({ state }) => (state === null ? 'too much' : percent(state.load)) },
  { title: 'ENGINES', cell: ({ state }) => (state === null ? null : percent(state.engineBusy)) },
  { title: 'MAIN THREAD', cell: ({ state }) => (state === null ? null : percent(state.mainBusy)) },
  { title: 'ROWS', cell: ({ state }) => (state === null ? null : state.meanRows.toFixed(1)) },
];

const LIMITS: Readonly<Record<Limit, string>> = {
  engine: 'its instances are at work all the time',
  cores: 'its cores are at work all the time',
  'main thread': 'its main thread, which reads and answers requests, is at work all the time',
};

/** The plan for people. */
export function planPage(
  profile: ModelProfile,
  target: PlanTarget,
  plan: Plan,
  columns: number | null,
  style: Style,
): string {
  const { replicas, shape, memoryBytes, saturation, bytesPerSecond } = plan;
  const each = [
    counted(shape.instances, 'instance'),
    counted(shape.cores, 'core'),
    ...(memoryBytes === null ? [] : [fileSize(memoryBytes)]),
  ];
  const asked = `${rounded(target.perSecond)} requests/s with a p99 of ${msOf(target.p99Ms)}`;
  return `${[
    `${style.bold(`${counted(replicas, 'server')} of ${each.join(', ')}`)} for ${printable(profile.model)}: ${asked}`,
    '',
    ...textTable(casesOf(target, plan), COLUMNS, columns, style),
    '',
    `One server is saturated at ${rounded(saturation.perSecond)} requests/s: ${LIMITS[saturation.limit]}.`,
    lossOf(plan),
    ...(bytesPerSecond === null ? [] : [`Requests and answers are ${fileSize(bytesPerSecond)} in a second.`]),
    ...notesOn(profile),
  ].join('\n')}\n`;
}

function casesOf({ perSecond }: PlanTarget, { replicas, state, oneLost }: Plan): readonly Case[] {
  const all = { what: `all ${replicas}`, replicas, perSecond, state };
  if (replicas === 1) return [all];
  return [all, { what: 'one lost', replicas: replicas - 1, perSecond, state: oneLost }];
}

function lossOf({ replicas, oneLost }: Plan): string {
  if (replicas === 1) return 'When it is lost, nothing is answered; --spare 1 plans for that.';
  return oneLost === null
    ? 'When one is lost, the others cannot keep up; --spare 1 plans for that.'
    : `When one is lost, the p99 is ${msOf(oneLost.p99Ms)}.`;
}

/** What was not measured, and what is taken to be so instead. */
function notesOn({ aroundMs, aloneMs, runs, mostRows }: ModelProfile): readonly string[] {
  const isAlone = bySize(runs).length === 1 && mostRows === 1;
  return [
    ...(aroundMs === null
      ? [
          'Not known: what a request costs beside its run; it is taken to cost nothing. --measure 10 finds it out.',
        ]
      : []),
    ...(aloneMs.length === 0
      ? ['Not known: the way from and to clients; it is left out of p50 and p99.']
      : []),
    ...(isAlone && aloneMs.length === 0
      ? ['Only runs of one size were seen; batches are taken to save nothing.']
      : []),
  ];
}

/** The same for programs; null is what is not known, or where replicas cannot keep up. */
export function planJson(profile: ModelProfile, target: PlanTarget, plan: Plan): string {
  const { shape, saturation } = plan;
  return `${JSON.stringify(
    {
      model: profile.model,
      version: profile.version,
      target: {
        requests_per_second: target.perSecond,
        p99_ms: target.p99Ms,
        headroom: target.headroom,
        spare: target.spare,
      },
      servers: plan.replicas,
      server: { instances: shape.instances, cores: shape.cores, memory_bytes: plan.memoryBytes },
      saturation: { requests_per_second: saturation.perSecond, limit: saturation.limit },
      all: stateJson(plan.state),
      one_lost: plan.oneLost === null ? null : stateJson(plan.oneLost),
      bytes_per_second: plan.bytesPerSecond,
    },
    null,
    2,
  )}\n`;
}

function stateJson(state: ReplicaState): object {
  return {
    p50_ms: state.p50Ms,
    p99_ms: state.p99Ms,
    load: state.load,
    engines_busy: state.engineBusy,
    main_thread_busy: state.mainBusy,
    mean_rows: state.meanRows,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function msOf(ms: number | undefined): string | null {
  return ms === undefined ? null : `${rounded(ms)} ms`;
}

/** Three digits, and all of a larger number. */
function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
