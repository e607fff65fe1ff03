/** What the Dockerfile makes of a clone, as far as that can be had without a container engine. */
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/places.js';

export interface Image {
  readonly entrypoint: readonly string[];
  /** For instance `65532:65532`. */
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  /** Files and folders of the clone and where they are in the image. */
  readonly contents: readonly { readonly from: string; readonly to: string }[];
}

/** Reads what the Dockerfile says of its last stage. */
export function readImage(): Image {
  const text = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const said = (word: string): string => new RegExp(`^${word} (.+)$`, 'm').exec(stage)?.[1] ?? '';
  const copies = [...stage.matchAll(/^COPY --from=build (.+) (\S+)$/gm)];
  return {
    entrypoint: JSON.parse(said('ENTRYPOINT')) as string[],
    user: said('USER'),
    env: Object.fromEntries(
      [...stage.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
    ),
    contents: copies.flatMap(([, sources = '', to = '']) => {
      const words = sources.split(' ').map((source) => source.replace(/^\/app\//, ''));
      return words.map((from) => ({ from, to: to === './' ? `/app/${from}` : join('/app', to) }));
    }),
  };
}

interface Locked {
  readonly dev?: boolean;
}

/** The packages that are left when those for the workshop are gone, as folders below the clone. */
export function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const kept = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const outermost = kept.map(([path]) => path).filter((path) => path.lastIndexOf('node_modules/') === 0);
  return outermost.filter((path) => existsSync(join(repositoryRoot, path)));
}

/** What a program of this system needs of it, without any program: libraries, and links to them. */
export function systemFiles(): {
  readonly folders: readonly string[];
  readonly links: readonly [string, string][];
} {
  const present = ['/lib', '/lib64', '/usr/lib', '/usr/lib64'].filter((path) => existsSync(path));
  const isLink = (path: string): boolean => lstatSync(path).isSymbolicLink();
  return {
    folders: present.filter((path) => !isLink(path)),
    links: present.filter(isLink).map((path) => [path, readlinkSync(path)]),
  };
}
