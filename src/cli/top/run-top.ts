import { CommandFailure } from '#cli/command-failure.js';
import { type ManagedServer, managedServer } from '#cli/models/managed-server.js';
import type { ModelsContext } from '#cli/models/models-context.js';
import type { Invocation } from '#cli/parse.js';
import { printable } from '#cli/printable.js';
import { deferred } from '#core/deferred.js';
import { afterFailure, afterSample, look, NOTHING_SEEN, type Seen } from './look.js';
import { rowsBetween } from './rates.js';
import type { Screen } from './screen.js';
import { plainPage, topJson, topPage } from './top-page.js';
import { afterKey, FIRST_VIEW, keysOf, shownRows } from './view.js';

export const DEFAULT_INTERVAL_S = 2;

interface TopOptions {
  readonly interval?: number;
  readonly count?: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

export interface TopContext extends ModelsContext {
  /** Takes the terminal; null where there is none to take. */
  readonly openScreen: () => Screen | null;
}

/** Shows what the models of a running server do, and answers the exit status. */
export async function runTop(
  { path, values }: Invocation,
  env: Readonly<Record<string, string | undefined>>,
  context: TopContext,
): Promise<number> {
  const server = managedServer(`furiosa ${path}`, values, env);
  const options = values as TopOptions;
  const intervalMs = (options.interval ?? DEFAULT_INTERVAL_S) * 1000;
  const count = options.once === true ? 1 : (options.count ?? null);
  const isPlain = options.json === true || count !== null;
  const screen = isPlain ? null : context.openScreen();
  if (screen !== null) return watch(server, intervalMs, screen, context);
  return print(
    server,
    { intervalMs, count: count ?? Number.POSITIVE_INFINITY, json: options.json === true },
    context,
  );
}

interface PrintOptions {
  readonly intervalMs: number;
  readonly count: number;
  readonly json: boolean;
}

/** Prints one table after the other. Each is about the time since the look before, so that the first takes two looks. */
async function print(
  server: ManagedServer,
  { intervalMs, count, json }: PrintOptions,
  { terminal, pause }: ModelsContext,
): Promise<number> {
  let seen = afterSample(NOTHING_SEEN, await look(server));
  for (let printed = 0; printed < count; ) {
    await pause(intervalMs);
    seen = await lookAgain(server, seen);
    if (seen.failure !== null) {
      // Who waits for so many tables is not to wait for ever.
      if (Number.isFinite(count)) throw new CommandFailure(1, [seen.failure]);
      terminal.writeError(`trying again: ${printable(seen.failure)}\n`);
      continue;
    }
    const page = json ? topJson(seen) : plainPage(seen, server.url, terminal.columns, terminal.style);
    terminal.write(printed > 0 && !json ? `\n${page}` : page);
    printed++;
  }
  return 0;
}

/** Fills the terminal until the user has seen enough. */
async function watch(
  server: ManagedServer,
  intervalMs: number,
  screen: Screen,
  { terminal, clock }: TopContext,
): Promise<number> {
  let [seen, view] = [NOTHING_SEEN, FIRST_VIEW];
  const done = deferred<void>();
  const leaving = new AbortController();
  const draw = (): void => screen.draw(topPage(seen, view, server.url, screen.size, terminal.style));
  screen.onResize(draw);
  screen.onTyped((text) => {
    for (const key of keysOf(text)) {
      const rows = seen.now === null ? [] : shownRows(rowsBetween(seen.before, seen.now), view);
      view = afterKey(view, key, rows.length);
    }
    if (view.isDone) {
      leaving.abort();
      done.resolve();
    } else draw();
  });
  try {
    draw();
    while (!view.isDone) {
      const next = view.isPaused ? seen : await lookAgain(server, seen, leaving.signal);
      // It may have been paused meanwhile.
      if (!view.isPaused) seen = next;
      if (!view.isDone) draw();
      const rest = deferred<void>();
      const timer = clock.startTimer(intervalMs, rest.resolve);
      await Promise.race([rest.promise, done.promise]);
      timer.cancel();
    }
  } finally {
    screen.close();
  }
  return 0;
}

async function lookAgain(server: ManagedServer, seen: Seen, signal?: AbortSignal): Promise<Seen> {
  try {
    return afterSample(seen, await look(server, signal));
  } catch (thrown) {
    if (thrown instanceof CommandFailure) return afterFailure(seen, thrown);
    throw thrown;
  }
}
