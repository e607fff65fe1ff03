import type { AccessControl } from '#access/access-control.js';
import { ConfigError, formatProblem } from '#config/problem.js';
import type { Settings } from '#config/settings.js';
import type { Rereading } from '#control/plan-report.js';
import { ServingError } from '#core/errors.js';
import { ListSource } from '#repository/list-source.js';
import type { LocateFile } from '#repository/url-file.js';

/** Reads the settings as they were read at the start. Throws ConfigError. Null where there is nothing to read again. */
export type ReadAgain = (() => Settings) | null;

/** What the configuration lists now, and where its files are. */
export interface Listed {
  readonly list: ListSource;
  readonly locate: LocateFile;
  /** Null where everybody may do everything; a reload does not change that. */
  readonly access: Pick<AccessControl, 'replace'> | null;
  /** Called when what was read is what counts from now on. */
  readonly onAccept: () => void;
}

/** What a reload takes from the settings; everything else needs a new start. */
const RELOADED: readonly (keyof Settings)[] = ['models', 'warnings'];

/** Reads the configuration again for a server that was started with `settings`. */
export function rereader(
  settings: Settings,
  { list, locate, access, onAccept }: Listed,
  readAgain: ReadAgain,
): () => Promise<Rereading> {
  return async () => {
    if (readAgain === null)
      throw new ServingError(
        'UNIMPLEMENTED',
        'this server was started without a configuration that it could read again',
      );
    try {
      const read = readAgain();
      return {
        problems: [],
        source: new ListSource(read.models, locate),
        restart: changedSettings(settings, read),
        accept() {
          list.replace(read.models);
          if (read.access.policy !== null) access?.replace(read.access.policy);
          onAccept();
        },
      };
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      return { problems: thrown.problems.map(formatProblem), source: list, restart: [], accept: () => {} };
    }
  };
}

/** The names of settings that are not what the server was started with. */
function changedSettings(was: Settings, is: Settings): readonly string[] {
  const [before, now] = [comparable(was), comparable(is)];
  const keys = (Object.keys(is) as (keyof Settings)[]).filter((key) => !RELOADED.includes(key));
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
}

/** Without the rules of who may do what, which a reload replaces; not whether there are any. */
function comparable(settings: Settings): Readonly<Record<string, unknown>> {
  const { policy } = settings.access;
  return { ...settings, access: { ...settings.access, policy: policy === null ? null : 'replaced' } };
}
