import type { AccessLine } from './access-line.js';
import { GRPC_CODES } from './grpc-codes.js';

/** As wide as the paths that are asked for most: columns stand one below the other, as far as that can be had. */
const REQUEST_WIDTH = 42;
const CODE_WIDTH = 3;
const DURATION_WIDTH = 11;

/** `POST /v2/models/mnist/infer   200     3.2 ms  mnist/1 queue=0.1 run=2.8 rows=4 in=3136 out=180 peer=10.0.0.7 id=a1`. */
export function prettyAccess(line: AccessLine): string {
  const { model, version, batch_rows: rows, error } = line;
  const columns = [
    line.request.padEnd(REQUEST_WIDTH),
    codeText(line).padStart(CODE_WIDTH),
    `${msText(line.duration_ms)} ms`.padStart(DURATION_WIDTH),
  ];
  const facts = [
    model === null ? null : `${model}/${version}`,
    line.cached === null ? null : 'cached',
    pair('queue', line.queue_ms, msText),
    pair('run', line.run_ms, msText),
    pair('rows', rows === 0 ? null : rows, String),
    `in=${line.request_bytes}`,
    `out=${line.response_bytes}`,
    pair('peer', line.peer, String),
    pair('who', line.identity, wordOf),
    pair('id', line.request_id, wordOf),
    pair('trace', line.trace_id, String),
  ].filter((fact) => fact !== null);
  return `${columns.join(' ')}  ${facts.join(' ')}${error === null ? '' : `: ${error}`}`;
}

function codeText({ transport, code }: AccessLine): string {
  if (code === null) return '-';
  return transport === 'grpc' ? (GRPC_CODES[code] ?? String(code)) : String(code);
}

function pair<Value>(name: string, value: Value | null, text: (value: Value) => string): string | null {
  return value === null ? null : `${name}=${text(value)}`;
}

/** In quotation marks where it could be taken for several facts. */
function wordOf(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Three digits, for people; JSON has all of them. */
function msText(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}
