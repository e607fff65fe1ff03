import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ERROR_CODES } from '#core/errors.js';
import type { Serving } from '#serving/serving.js';
import type { Loose } from '../../../test/support/grpc-client.js';
import { HTTP_STATUS } from './http-status.js';
import { openApiDocument } from './openapi.js';
import { ERROR_ANSWERS } from './openapi-errors.js';
import { jsonContent, type MediaType, type Operation, type RestRoute } from './operation.js';
import { get, post } from './route.js';
import { restRoutes } from './skin.js';

const INFO = { name: 'a server', version: '1.2.3' };

const documentOf = (routes: readonly RestRoute[]): Loose => openApiDocument(routes, INFO);

const routes = restRoutes({} as Serving);
const ours = documentOf(routes);

test('the document of our routes is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(ours));
  assert.ok(valid, JSON.stringify(errors, null, 2));
  assert.match(ours.openapi, /^3\.1\./);
  assert.equal(ours.info.title, 'a server');
  assert.equal(ours.info.version, '1.2.3');
});

test('every route is in it, and its operation has a name of its own', () => {
  const listed = Object.entries(ours.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  assert.deepEqual(listed.sort(), served.sort());
  const ids = routes.map(({ operation }) => operation.id);
  assert.deepEqual([...new Set(ids)], ids);
});

for (const { method, path, operation } of routes) {
  test(`${method} ${path} says what its bodies and answers are, and what its segments mean`, () => {
    const contents = [operation.body, ...Object.values(operation.answers)].flatMap((each) =>
      Object.entries(each?.content ?? {}),
    );
    for (const [type, { schema }] of contents) {
      assert.ok(
        Object.keys(schema).length > 0,
        `the schema of ${type} in the operation '${operation.id}' is empty: say what it holds`,
      );
    }
    for (const [, name = ''] of path.matchAll(/:(\w+)/g)) {
      const described = ['model', 'version', ...Object.keys(operation.segments ?? {})];
      assert.ok(described.includes(name), `'segments' of the operation '${operation.id}' lacks '${name}'`);
    }
  });
}

test('every reference leads somewhere, and every component is referred to', () => {
  const text = JSON.stringify(ours);
  const found = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(
    ([, kind, name]) => `${kind}/${name}`,
  );
  const there = Object.entries(ours.components).flatMap(([kind, all]) =>
    Object.keys(all as object).map((name) => `${kind}/${name}`),
  );
  assert.deepEqual([...new Set(found)].sort(), there.sort());
});

test('there is an answer for every error code', () => {
  for (const code of ERROR_CODES) assert.ok(ERROR_ANSWERS.has(HTTP_STATUS[code]), code);
});

const operation = (parts: Partial<Operation>): Operation => ({
  id: 'ask',
  tag: 'server',
  category: 'metadata',
  summary: 'Asks',
  answers: { 200: { description: 'Yes.', content: jsonContent({ type: 'string' }) } },
  errors: [],
  ...parts,
});
const handle = (): never => assert.fail();

test('a route without a body cannot be refused for one', () => {
  const { responses } = documentOf([get('/x', operation({}), handle)]).paths['/x'].get;
  assert.deepEqual(Object.keys(responses), ['200', '400', '408', '417', '431', '500']);
  assert.deepEqual(responses['400'], { $ref: '#/components/responses/Error400' });
});

test('a route with a body, a segment, a header and errors of its own', () => {
  const content = jsonContent({ type: 'string' }, { 'a greeting': 'hello' });
  const route = post(
    '/v2/regions/:region/grow',
    operation({
      segments: { region: 'The name of a region.' },
      headers: { 'X-Size': { type: 'integer', description: 'How many bytes.' } },
      body: { isRequired: false, description: 'Anything.', content },
      errors: ['OVERLOADED', 'UNAVAILABLE', 'NOT_FOUND'],
    }),
    handle,
  );
  const made = documentOf([route]);
  const { parameters, requestBody, responses } = made.paths['/v2/regions/{region}/grow'].post;
  assert.deepEqual(parameters, [
    {
      name: 'region',
      in: 'path',
      required: true,
      description: 'The name of a region.',
      schema: { type: 'string' },
    },
    { name: 'X-Size', in: 'header', description: 'How many bytes.', schema: { type: 'integer' } },
  ]);
  assert.deepEqual(requestBody, {
    required: false,
    description: 'Anything.',
    content: {
      'application/json': {
        schema: { type: 'string' },
        examples: { 'a greeting': { summary: 'a greeting', value: 'hello' } },
      },
    },
  });
  assert.deepEqual(Object.keys(responses), [
    '200',
    '400',
    '404',
    '408',
    '413',
    '417',
    '431',
    '500',
    '501',
    '503',
  ]);
  const { description, headers } = made.components.responses.Error503;
  assert.match(description, /not ready.* Or: .*queue/);
  assert.deepEqual(Object.keys(headers), ['Retry-After']);
});

test('a status that is an answer of the route is not an error of it', () => {
  const answers = { 503: { description: 'Not ready.', content: jsonContent({ type: 'boolean' }) } };
  const { responses } = documentOf([get('/x', operation({ answers, errors: ['UNAVAILABLE'] }), handle)])
    .paths['/x'].get;
  assert.equal(responses['503'].description, 'Not ready.');
});

const POINT = { title: 'Point', type: 'object', properties: { x: { type: 'number' } } };

function answering(schema: MediaType['schema']): RestRoute {
  return get(
    '/x',
    operation({ answers: { 200: { description: 'It.', content: jsonContent(schema) } } }),
    handle,
  );
}

test('a schema with a title is written once, wherever it stands', () => {
  const where = {
    type: 'object',
    properties: { title: { type: 'string' }, at: POINT, all: { type: 'array', items: POINT } },
    additionalProperties: { anyOf: [POINT, { type: 'null' }] },
  };
  const { paths, components } = documentOf([answering(where)]);
  const ref = { $ref: '#/components/schemas/Point' };
  assert.deepEqual(paths['/x'].get.responses['200'].content['application/json'].schema, {
    type: 'object',
    properties: { title: { type: 'string' }, at: ref, all: { type: 'array', items: ref } },
    additionalProperties: { anyOf: [ref, { type: 'null' }] },
  });
  assert.deepEqual(components.schemas.Point, POINT);
});

test('two different schemas of one title are a bug', () => {
  const other = { ...POINT, required: ['x'] };
  assert.throws(
    () => documentOf([answering({ anyOf: [POINT, other] })]),
    /two different schemas are called 'Point'/,
  );
});
