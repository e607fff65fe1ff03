/** Who takes part, and what all of them did in one scenario. */
import type { Scenario } from '../goals/goal.js';
import { inputTo } from '../goals/served.js';
import type { ShapedModel } from '../nets/shaped.js';
import type { OneInput } from '../requests.js';
import type { Block } from '../side-by-side.js';
import type { Contestant } from './contestant.js';
import type { Form, Server, Transport } from './servers.js';

/** A server in one of its forms. */
export interface Entrant {
  readonly server: Server;
  readonly form: Form;
  readonly contestant: Contestant;
}

/** What all of them did in one scenario. */
export interface Heat {
  readonly model: ShapedModel;
  readonly transport: Transport;
  readonly scenario: Scenario;
  /** By `nameOf`. */
  readonly blocks: Readonly<Record<string, readonly Block[]>>;
}

export function nameOf(server: Pick<Server, 'name'>, form: Form): string {
  return `${server.name}, ${form}`;
}

export function rowsTo(model: ShapedModel, rows: number): OneInput {
  const [, ...row] = model.shapes[0] ?? [];
  return inputTo(model, [rows, ...row]);
}
