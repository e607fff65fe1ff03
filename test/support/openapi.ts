import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Reply, TestServer } from './server.js';

type Responses = Readonly<Record<string, { readonly $ref?: string }>>;

/** As much of an OpenAPI document as is looked at. */
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>;
  readonly components: object;
}

/** The document that a server gives of itself, to hold its answers against. */
export interface ApiDocument {
  /** The statuses that it knows of an operation; null where there is no such operation. */
  statuses(method: string, path: string): readonly number[] | null;
  /** Throws unless a JSON answer is what the document says of its status. */
  conforms(method: string, path: string, reply: Pick<Reply, 'status' | 'headers' | 'json'>): void;
}

const BASE = 'https://closed.test/';

export async function readApiDocument(server: TestServer): Promise<ApiDocument> {
  const { paths, components }: OpenApi = (await server.get('/openapi.json')).json;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: BASE, ...closed({ paths, components }) });
  const templates = Object.keys(paths).sort((a, b) => a.split('{').length - b.split('{').length);
  // Those without a segment that stands for anything go first.
  const templateOf = (path: string): string => templates.find((each) => patternOf(each).test(path)) ?? '';
  const responsesOf = (method: string, path: string): Responses | undefined =>
    paths[templateOf(path)]?.[method.toLowerCase()]?.responses;
  return {
    statuses(method, path) {
      const responses = responsesOf(method, path);
      return responses === undefined ? null : Object.keys(responses).map(Number);
    },
    conforms(method, path, { status, headers, json }) {
      const response = responsesOf(method, path)?.[status];
      assert.ok(response, `the document knows of no ${status} at ${method} ${path}`);
      assert.equal(headers.get('content-type'), 'application/json');
      const own = `#/paths/${pointerPart(templateOf(path))}/${method.toLowerCase()}/responses/${status}`;
      const place = `${BASE}${response.$ref ?? own}/content/application~1json/schema`;
      const validate = ajv.getSchema(place) ?? ajv.compile({ $ref: place });
      assert.ok(validate(json), `${JSON.stringify(json)}: ${JSON.stringify(validate.errors)}`);
    },
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}/?$`);
}

/** A key as a JSON Pointer in a URI has it. */
function pointerPart(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The same with every object closed, so that a field that the document does not know is found. */
export function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const own = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isOpen = 'properties' in own && 'type' in own && !('additionalProperties' in own);
  return (isOpen ? { ...own, additionalProperties: false } : own) as T;
}
