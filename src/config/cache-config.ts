import { mapping } from './collections.js';
import { type ConfigNode, type MapEntry, type MapNode, quoted } from './node.js';
import type { Place } from './problem.js';
import { boolean, integer } from './scalars.js';
import { mismatch, optional, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

/** What an option or a file says of where answers are kept; null where it says nothing. */
export interface CacheConfig {
  readonly localBytes: number | null;
  readonly redis: RedisConfig | null;
}

export interface RedisConfig {
  readonly host: string | null;
  readonly port: number | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number | null;
  readonly tls: boolean | null;
  /** Where it is said. */
  readonly place: Place;
}

const redis: Schema<RedisConfig> = mapping(
  'a mapping with the key host',
  {
    host: optional(nonEmpty, 'Name or address of the Redis server.'),
    port: optional(integer(1, 65_535), 'Its port.', '6379'),
    username: optional(nonEmpty, 'Whom to log in as.'),
    password: optional(nonEmpty, 'With which password. It is never shown.'),
    db: optional(integer(0, 1_000_000), 'The number of the database.', '0'),
    tls: optional(boolean, 'Whether the connection is encrypted.', 'false'),
  },
  (values, at) => ({ ...values, place: at() }),
);

const local: Schema<number | 'usual'> = mapping(
  'a mapping with the key size_bytes',
  {
    size_bytes: optional(
      integer(1, 2 ** 40),
      'Memory of the server that answers may take.',
      "67108864, if a model's `response_cache` is on",
    ),
  },
  ({ size_bytes }) => size_bytes ?? 'usual',
);

/** The block of the server file. */
export const cacheBlock: Schema<CacheConfig> = mapping(
  'a mapping with local, redis or both',
  {
    local: optional(local, 'Answers are kept in memory.'),
    redis: optional(redis, 'Answers are kept in Redis, and shared by servers.'),
  },
  (values) => ({ localBytes: values.local === 'usual' ? null : values.local, redis: values.redis }),
);

const OPTION_TYPE = 'local,size=BYTES or redis,host=HOST,port=PORT';

/** Triton's names for our keys. */
const TRITON_KEYS: ReadonlyMap<string, string> = new Map([
  ['size', 'size_bytes'],
  ['user', 'username'],
  ['tls_enabled', 'tls'],
]);

/** `--cache-config`, spelt as Triton's: `local,size=1048576` or `redis,host=cache,port=6379`. */
export const cacheOption: Schema<CacheConfig> = {
  type: OPTION_TYPE,
  read({ node, place }, report) {
    if (node.kind !== 'scalar') return mismatch(OPTION_TYPE, { node, place }, report);
    const read = readBlocks(node.text);
    if ('fault' in read) {
      report.problem(place, `expected ${OPTION_TYPE}, found ${read.fault}`);
      return undefined;
    }
    const entries = [...read.blocks].map(([name, keys]) => [name, entryOf(mapNode(keys))] as const);
    return cacheBlock.read({ node: mapNode(new Map(entries)), place }, report);
  },
};

type Blocks = ReadonlyMap<string, ReadonlyMap<string, MapEntry>>;

/** The name of a cache is said before its keys. Of a key that is given twice the last counts. */
function readBlocks(text: string): { readonly blocks: Blocks } | { readonly fault: string } {
  const blocks = new Map<string, Map<string, MapEntry>>();
  let block: Map<string, MapEntry> | undefined;
  for (const part of text.split(',')) {
    const [written = '', ...value] = part.split('=');
    const key = TRITON_KEYS.get(written) ?? written.replaceAll('-', '_');
    if (part === 'local' || part === 'redis') {
      block = blocks.get(part) ?? new Map<string, MapEntry>();
      blocks.set(part, block);
    } else if (block?.has('password') && !Object.hasOwn(redis.keys ?? {}, key)) {
      return { fault: 'a comma in the password, or behind it; one with commas is said in the server file' };
    } else if (block === undefined || value.length === 0 || key === '') {
      // It may be a password that lacks its "=".
      return { fault: key.startsWith('pass') ? 'a password without "="' : quoted(part) };
    } else block.set(key, entryOf({ kind: 'scalar', text: value.join('='), ...NO_POSITION }));
  }
  return { blocks };
}

const NO_POSITION = { line: null, column: null };

function entryOf(value: ConfigNode): MapEntry {
  return { key: NO_POSITION, value };
}

function mapNode(entries: ReadonlyMap<string, MapEntry>): MapNode {
  return { kind: 'map', entries, ...NO_POSITION };
}
