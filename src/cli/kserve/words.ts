/** The words of a command line that this entry point has something to say about, and the others as they are to be passed on. */
export interface Words {
  /** By our names, for instance `http-port`; the last one where there are several. */
  readonly known: ReadonlyMap<string, string>;
  /** In their order, spelt as ours. */
  readonly others: readonly string[];
  /** Every option that was given, by our name. */
  readonly names: ReadonlySet<string>;
}

/** What other servers call options of ours: KServe's own, Triton, OpenVINO Model Server. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'model-dir': 'model-path',
  'model-store': 'model-repository',
  'rest-port': 'http-port',
  port: 'grpc-port',
};

/** Options that are looked at here; each has a value. */
const KNOWN: ReadonlySet<string> = new Set(['model-name', 'model-path']);

/**
 * Reads a command line as KServe writes it: `--model_name=mnist` for `--model-name mnist`, and other servers' names for
 * options of ours. What a word is worth is not looked at.
 */
export function readWords(argv: readonly string[]): Words {
  const known = new Map<string, string>();
  const others: string[] = [];
  const names = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const [, spelt, value] = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (spelt === undefined) {
      others.push(word);
      continue;
    }
    const name = ourName(spelt);
    names.add(name);
    const next = argv[i + 1];
    if (KNOWN.has(name) && (value ?? next) !== undefined) {
      known.set(name, value ?? next ?? '');
      if (value === undefined) i++;
    } else {
      others.push(value === undefined ? `--${name}` : `--${name}=${value}`);
    }
  }
  return { known, others, names };
}

function ourName(spelt: string): string {
  const name = spelt.replaceAll('_', '-');
  return OTHER_NAMES[name] ?? name;
}
