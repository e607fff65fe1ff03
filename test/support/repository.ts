import { eventually } from './eventually.js';
import type { TestServer } from './server.js';

/** One line of the repository index. */
export interface IndexLine {
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly reason?: string;
}

/** The repository index as `GET` answers it. */
export async function indexOf(server: TestServer): Promise<readonly IndexLine[]> {
  return (await server.get('/v2/repository/index')).json;
}

/** Waits, by looking, until the one version of a model is in a state; answers its line. */
export async function untilState(server: TestServer, name: string, state: string): Promise<IndexLine> {
  const lines = await eventually(
    () => indexOf(server),
    (seen) => seen.some((line) => line.name === name && line.state === state),
  );
  return lines.find((line) => line.name === name) as IndexLine;
}
