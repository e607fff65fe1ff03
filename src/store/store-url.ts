import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';

/** Which store holds an object: a bucket, a repository, a host. */
export type StoreRoot =
  | { readonly scheme: 's3'; readonly endpoint: string | null; readonly bucket: string }
  | { readonly scheme: 'gs'; readonly bucket: string }
  | { readonly scheme: 'hf'; readonly repo: string; readonly revision: string }
  | {
      readonly scheme: 'https';
      /** Such as `http://localhost:8000`. */
      readonly origin: string;
      /** Of the URL, with its question mark, for every object; often a signature. */
      readonly query: string;
      /** `name:password` of the URL, decoded; null where it has none. */
      readonly credentials: string | null;
    };

export interface StoreUrl {
  readonly root: StoreRoot;
  /** The key or prefix within the root, without a slash at either end; for https, percent-encoded as in the URL. */
  readonly path: string;
  /** The URL as the log and errors may show it: without credentials and query. */
  readonly shown: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const KNOWN = ['https', 'http', 's3', 'gs', 'hf'];

/** Whether a model's path is a URL of a store, rather than a path of this host. */
export function isStoreUrl(text: string): boolean {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  return scheme !== undefined && KNOWN.includes(scheme);
}

/** Throws INVALID_ARGUMENT where it is not the URL of a store. */
export function parseStoreUrl(text: string): StoreUrl {
  const [start = '', scheme = ''] = SCHEME.exec(text) ?? [];
  const rest = text.slice(start.length);
  if (text.includes('\0')) throw malformed(text, 'it has a NUL character');
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https':
      return parseHttps(text);
    case 's3':
      return parseS3(text, rest);
    case 'gs':
      return parseGs(text, rest);
    case 'hf':
      return parseHf(text, rest);
    default:
      throw malformed(text, 'models come from https://, http://, s3://, gs:// and hf://');
  }
}

/** The name of a root that no other has: what is known of its objects is kept under it. */
export function nameOfRoot(root: StoreRoot): string {
  switch (root.scheme) {
    case 's3':
      return `s3://${root.endpoint === null ? '' : `${root.endpoint}/`}${root.bucket}`;
    case 'gs':
      return `gs://${root.bucket}`;
    case 'hf':
      return `hf://${root.repo}@${root.revision}`;
    case 'https':
      return `${root.origin}${root.query}`;
  }
}

/** The key of what lies at `relative` below a URL. */
export function keyBelow({ root, path }: StoreUrl, relative: string): string {
  const below = root.scheme === 'https' ? relative.split('/').map(encodeURIComponent).join('/') : relative;
  return path === '' ? below : `${path}/${below}`;
}

/** What a file is called that a URL leads to: its last part. */
export function fileNameOf({ root, path }: StoreUrl): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return root.scheme === 'https' ? decoded(last) : last;
}

function parseHttps(text: string): StoreUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw malformed(text, 'expected https://host/path');
  const credentials = url.username === '' ? null : `${decoded(url.username)}:${decoded(url.password)}`;
  const path = trimSlashes(url.pathname);
  const root: StoreRoot = { scheme: 'https', origin: url.origin, query: url.search, credentials };
  return { root, path, shown: `${url.origin}/${path}` };
}

/** `s3://bucket/prefix`, or `s3://https://host:port/bucket/prefix`, as Triton spells servers other than AWS. */
function parseS3(text: string, rest: string): StoreUrl {
  const expected =
    'expected s3://bucket/path, or s3://https://host:port/bucket/path for a server other than AWS';
  const [, host = null, below = rest] = /^(https?:\/\/[^/?#@]+)\/(.*)$/s.exec(rest) ?? [];
  if (host === null ? SCHEME.test(rest) : !URL.canParse(host)) throw malformed(text, expected);
  const [bucket, path] = splitFirst(below);
  if (!/^[\w.-]+$/.test(bucket)) throw malformed(text, expected);
  const root: StoreRoot = { scheme: 's3', endpoint: host, bucket };
  return { root, path, shown: joined(nameOfRoot(root), path) };
}

function parseGs(text: string, rest: string): StoreUrl {
  const [bucket, path] = splitFirst(rest);
  if (!/^[\w.-]+$/.test(bucket)) throw malformed(text, 'expected gs://bucket/path');
  const root: StoreRoot = { scheme: 'gs', bucket };
  return { root, path, shown: joined(nameOfRoot(root), path) };
}

/** `hf://organization/name[@revision]/path`; a revision with a slash has it as %2F, but for `refs/pr/1` and its like. */
function parseHf(text: string, rest: string): StoreUrl {
  const expected = 'expected hf://organization/model[@revision]/path';
  const match = /^([\w.-]+\/[\w.-]+)(?:@(refs\/(?:pr|convert)\/[^/]+|[^/]+))?(?:\/(.*))?$/s.exec(rest);
  if (match === null) throw malformed(text, expected);
  const [, repo = '', revision = 'main', path = ''] = match;
  if (/^(datasets|spaces)\//.test(repo)) throw malformed(text, `${expected}; only models can be read`);
  const root: StoreRoot = { scheme: 'hf', repo, revision: decoded(revision) };
  return {
    root,
    path: trimSlashes(path),
    shown: joined(`hf://${repo}${match[2] ? `@${revision}` : ''}`, path),
  };
}

function splitFirst(text: string): readonly [first: string, rest: string] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, ''] : [text.slice(0, slash), trimSlashes(text.slice(slash))];
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}

function joined(root: string, path: string): string {
  return trimSlashes(path) === '' ? root : `${root}/${trimSlashes(path)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Repeats neither credentials nor a query. */
function malformed(text: string, expected: string): ServingError {
  const bare = text.replace(/\/\/[^/@]*@/g, '//').replace(/[?#].*$/s, '');
  return invalid(`'${clip(bare)}' is not the URL of a model: ${expected}`);
}
