import type { JsonSchema } from './definition.js';
import { HTTP_STATUS } from './http-status.js';
import { componentsOf, type SchemaComponents } from './openapi-components.js';
import {
  ERROR_ANSWERS,
  ERRORS_OF_A_BODY,
  ERRORS_OF_ACCESS,
  ERRORS_OF_ANY_REQUEST,
} from './openapi-errors.js';
import type { Answered, Content, MediaType, Operation, RestRoute } from './operation.js';

/** What the document says of the server itself. */
export interface ApiInfo {
  readonly name: string;
  readonly version: string;
  /** Whether callers have to say who they are. */
  readonly needsCredentials?: boolean;
}

/**
 * The OpenAPI 3.1 document of these routes: plain data, to be written as JSON. What a route says of itself in its
 * `operation` is all that is known of it, and the schemas there are those that requests are read by.
 */
export function openApiDocument(
  routes: readonly RestRoute[],
  { name, version, needsCredentials = false }: ApiInfo,
): object {
  const schemas = componentsOf();
  const always = [...ERRORS_OF_ANY_REQUEST, ...(needsCredentials ? ERRORS_OF_ACCESS : [])];
  const paths = pathsOf(routes, schemas, always);
  const statuses = [...new Set(routes.flatMap((route) => errorStatuses(route, always)))].sort();
  const responses = Object.fromEntries(
    statuses.map((status) => [`Error${status}`, errorAnswer(status, schemas)]),
  );
  const used = new Set(routes.map(({ operation }) => operation.tag));
  return {
    openapi: '3.1.1',
    info: {
      title: name,
      version,
      summary: 'Inference for ONNX and TFLite models over the KServe V2 / Open Inference Protocol.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    tags: Object.entries(TAGS)
      .filter(([tag]) => used.has(tag as Operation['tag']))
      .map(([tag, description]) => ({ name: tag, description })),
    paths,
    ...(needsCredentials && { security: SECURITY }),
    components: {
      schemas: schemas.all(),
      responses,
      ...(needsCredentials && { securitySchemes: SECURITY_SCHEMES }),
    },
  };
}

const DESCRIPTION = `A path works with and without a slash at its end. \`HEAD\` is answered like \`GET\`, without the body; any
other method that a path does not have is 405, with an \`Allow\` header; a path that is not listed is 404.

A body is read as JSON whatever its \`Content-Type\` says, and may be compressed (\`Content-Encoding: gzip\` or \`deflate\`); answers to
\`infer\` and \`generate\`, and this document, are compressed where \`Accept-Encoding\` asks for it. Fields of a request that are not known are skipped. Every error is
\`{"error": "one sentence"}\`.`;

/** Any one of these will do; none is needed for what anybody may do. */
const SECURITY: readonly object[] = [{ bearer: [] }, { apiKey: [] }, {}];

const SECURITY_SCHEMES: object = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, or a token of the issuer that this server knows.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
};

const TAGS: Readonly<Record<Operation['tag'], string>> = {
  server: 'The server itself.',
  models: 'The models it serves.',
  inference: 'Running a model.',
  statistics: 'What the models have done.',
  repository: 'Which models are there, and which are loaded.',
  settings: 'What can be changed while the server runs.',
  'shared memory': 'Tensors that are handed over without being sent.',
};

/** `/v2/models/{model}` with its operations by method, for every path. */
function pathsOf(
  routes: readonly RestRoute[],
  schemas: SchemaComponents,
  always: readonly number[],
): Readonly<Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas, always) };
  }
  return paths;
}

function operationOf(route: RestRoute, schemas: SchemaComponents, always: readonly number[]): object {
  const { path, operation } = route;
  const { id, tag, summary, description, body } = operation;
  const parameters = [...segmentsOf(path, operation), ...headersOf(operation, schemas)];
  const errors = errorStatuses(route, always).map((status) => [
    status,
    { $ref: `#/components/responses/Error${status}` },
  ]);
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    answerOf(answer, schemas),
  ]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.isRequired,
        ...(body.description !== undefined && { description: body.description }),
        content: contentOf(body.content, schemas),
      },
    }),
    responses: { ...Object.fromEntries(errors), ...Object.fromEntries(answers) },
  };
}

/** The statuses of the errors that a request can end in, the lowest first. */
function errorStatuses({ takesBody, operation }: RestRoute, always: readonly number[]): readonly number[] {
  const codes = operation.errors.map((code) => HTTP_STATUS[code]);
  const statuses = [...always, ...(takesBody ? ERRORS_OF_A_BODY : []), ...codes];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

const SEGMENTS: Readonly<Record<string, object>> = {
  model: { description: 'The name of a model.', schema: { type: 'string' }, example: 'iris' },
  version: { description: 'One of its versions.', schema: { type: 'string' }, example: '1' },
};

function segmentsOf(path: string, { segments = {} }: Operation): readonly object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(SEGMENTS[name] ?? { description: segments[name] ?? '', schema: { type: 'string' } }),
  }));
}

function headersOf({ headers = {} }: Operation, schemas: SchemaComponents): readonly object[] {
  return Object.entries(headers).map(([name, schema]) => ({
    name,
    in: 'header',
    ...headerOf(schema, schemas),
  }));
}

/** A header's description stands beside its schema. */
function headerOf(header: JsonSchema, schemas: SchemaComponents): object {
  const { description, ...schema } = header;
  return { description, schema: schemas.refer(schema) };
}

function answerOf({ description, headers, content }: Answered, schemas: SchemaComponents): object {
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, schema]) => [name, headerOf(schema, schemas)]),
      ),
    }),
    content: contentOf(content, schemas),
  };
}

function contentOf(content: Content, schemas: SchemaComponents): object {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => [type, mediaTypeOf(media, schemas)]),
  );
}

function mediaTypeOf({ schema, examples }: MediaType, schemas: SchemaComponents): object {
  const shown = Object.entries(examples ?? {}).map(([summary, value]) => [summary, { summary, value }]);
  return { schema: schemas.refer(schema), ...(shown.length > 0 && { examples: Object.fromEntries(shown) }) };
}

function errorAnswer(status: number, schemas: SchemaComponents): object {
  const answer = ERROR_ANSWERS.get(status);
  if (answer === undefined) throw new RangeError(`nothing is known of the status ${status}. This is a bug.`);
  return answerOf(answer, schemas);
}
