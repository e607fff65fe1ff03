import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '#core/errors.js';
import { repositoryRoot } from './places.js';

/** How an error code is told over each protocol. */
export interface ErrorStatus {
  readonly http: number;
  readonly grpc: number;
}

const TABLE = readFileSync(join(repositoryRoot, 'docs/errors.md'), 'utf8');

const STATUSES: ReadonlyMap<string, ErrorStatus> = new Map(
  [...TABLE.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (\d+) /gm)].map(([, code = '', http, grpc]) => [
    code,
    { http: Number(http), grpc: Number(grpc) },
  ]),
);

/** What docs/errors.md promises to users of an error code. */
export function statusOf(code: ErrorCode): ErrorStatus {
  const status = STATUSES.get(code);
  if (status === undefined) throw new Error(`docs/errors.md does not list ${code}`);
  return status;
}
