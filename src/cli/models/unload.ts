import { errorOf, READ_LIMIT_MS, refusalOf } from '#cli/ask-server.js';
import { printable } from '#cli/printable.js';
import { whileWorking } from '#cli/progress.js';
import { failed, type ManagedServer, read, tell } from './managed-server.js';
import type { ModelsContext } from './models-context.js';
import { decodeModels } from './repository-model.js';

export interface UnloadOptions {
  /** Unloads the models that need this one as well. */
  readonly withDependents?: boolean;
  /** How long what is in flight may take to finish. */
  readonly timeoutMs: number;
}

/** A version that is loaded, or on its way in or out. */
interface Present {
  readonly model: string;
  readonly version: string;
  readonly state: string;
}

/** Often enough for a model that nobody uses, seldom enough for a server that is busy. */
const POLL_MS = 200;

/** Has the server unload a model, waits until it is gone, and prints what was unloaded. */
export async function unloadModel(
  server: ManagedServer,
  name: string,
  { withDependents = false, timeoutMs }: UnloadOptions,
  context: ModelsContext,
): Promise<number> {
  const before = await presentIn(server);
  const concerned = before.filter(
    ({ model, state }) => model === name || (withDependents && state !== 'UNLOADING'),
  );
  const path = `v2/repository/models/${encodeURIComponent(name)}/unload`;
  const body = withDependents ? { parameters: { unload_dependents: true } } : {};
  const answer = await tell(server, { method: 'POST', path, body, limitMs: READ_LIMIT_MS });
  if (answer.status !== 200) throw failed(server, errorOf(answer.body) ?? refusalOf(answer));
  const wait = untilGone(server, name, concerned, timeoutMs, context);
  const left = await whileWorking(() => `unloading ${printable(name)}`, wait, context);
  const unloaded = concerned.filter((version) => !left.some((each) => isSame(each, version)));
  const lines = unloaded.map(({ model, version }) => `unloaded  ${model}/${version}`);
  if (!concerned.some(({ model }) => model === name)) lines.unshift(`${name} was not loaded`);
  context.terminal.write(lines.map((line) => `${printable(line)}\n`).join(''));
  return 0;
}

/** Settles with what is present once the model is gone, and whatever is unloaded with it. */
async function untilGone(
  server: ManagedServer,
  name: string,
  concerned: readonly Present[],
  timeoutMs: number,
  { clock, pause }: ModelsContext,
): Promise<readonly Present[]> {
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    const present = await presentIn(server);
    const waitedFor = stillGoing(present, name, concerned);
    if (waitedFor.length === 0) return present;
    if (clock.now() >= deadline) throw failed(server, tooSlow(waitedFor, timeoutMs));
    await pause(POLL_MS);
  }
}

/** What is waited for: every version of the model, and the others concerned while they are on their way out. */
function stillGoing(
  present: readonly Present[],
  name: string,
  concerned: readonly Present[],
): readonly Present[] {
  return present.filter(
    (version) =>
      version.model === name ||
      (version.state === 'UNLOADING' && concerned.some((each) => isSame(each, version))),
  );
}

function tooSlow(versions: readonly Present[], timeoutMs: number): string {
  const states = versions.map(({ model, version, state }) => `${model}/${version} is ${state}`);
  return `${states.join(', ')} still after ${timeoutMs / 1000} s; requests in flight are waited for, by --timeout SECONDS`;
}

async function presentIn(server: ManagedServer): Promise<readonly Present[]> {
  const models = await read(server, 'v2/repository/models', decodeModels);
  return models.flatMap(({ name, versions }) =>
    versions
      .filter(({ state }) => state !== 'UNAVAILABLE')
      .map(({ version, state }) => ({ model: name, version, state })),
  );
}

function isSame(one: Present, other: Present): boolean {
  return one.model === other.model && one.version === other.version;
}
