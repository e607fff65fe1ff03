import type { StepResult } from './load-run.js';

const HEAD = [
  'requests_at_once',
  'succeeded',
  'failed',
  'requests_per_second',
  'p50_ms',
  'p99_ms',
  'server_request_ms',
  'server_queue_ms',
  'server_compute_ms',
  'server_rows_per_run',
];

/** The results as CSV (RFC 4180): one line for each step, figures as they were measured, nothing where there is none. */
export function csvOf(results: readonly StepResult[]): string {
  const lines = results.map(({ summary, server }) => [
    summary.atOnce,
    summary.succeeded,
    summary.failed,
    summary.perSecond,
    summary.p50Ms,
    summary.p99Ms,
    server?.requestMs ?? null,
    server?.queueMs ?? null,
    server?.computeMs ?? null,
    server?.rowsPerRun ?? null,
  ]);
  return [HEAD, ...lines.map((line) => line.map(textOf))].map((line) => `${line.join(',')}\r\n`).join('');
}

function textOf(value: number | null): string {
  return value === null ? '' : String(Number(value.toFixed(4)));
}
