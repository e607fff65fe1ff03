import type { InferenceResponse } from '#inference/response.js';
import type { Answer, Exchange } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { decodeGenerateRequest } from './decode-generate.js';
import type { JsonSchema } from './definition.js';
import { encodeGenerateResponse } from './encode-generate.js';
import { jsonContent, type Operation, type RestRoute } from './operation.js';
import { REQUEST_TIMEOUT } from './request-timeout.js';
import { modelRef, ofModel, ok, post } from './route.js';

/** As Triton writes it. */
const EVENT_STREAM = 'text/event-stream; charset=utf-8';

const ERRORS: Operation['errors'] = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'UNAVAILABLE',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
];

const generateRequest: JsonSchema = {
  title: 'GenerateRequest',
  type: 'object',
  properties: {
    id: { type: ['string', 'null'], description: 'Given back in the answer.' },
    parameters: {
      type: ['object', 'null'],
      description: 'Inputs and parameters, as beside it.',
      additionalProperties: true,
    },
  },
  additionalProperties: {
    description:
      'Of the name of an input: its elements, one or a flat list. Of any other name: a parameter of the request.',
    type: ['string', 'number', 'boolean', 'array', 'null'],
  },
};

const generateResponse: JsonSchema = {
  title: 'GenerateResponse',
  type: 'object',
  properties: {
    id: { type: 'string' },
    model_name: { type: 'string' },
    model_version: { type: 'string' },
  },
  required: ['model_name', 'model_version'],
  additionalProperties: {
    description: 'Of the name of an output: its only element, or a flat list of its elements.',
    type: ['string', 'number', 'boolean', 'array', 'null'],
  },
};

/** Inference in plain JSON, without names of datatypes and shapes (Triton's extension `generate`). */
export function generateRoutes(serving: Serving): readonly RestRoute[] {
  const body = { isRequired: true, content: jsonContent(generateRequest) };
  return [
    ...ofModel(
      post,
      '/generate',
      {
        id: 'modelGenerate',
        tag: 'inference',
        category: 'inference',
        summary: 'Runs a model, in plain JSON',
        headers: REQUEST_TIMEOUT,
        body,
        answers: { 200: { description: 'The outputs.', content: jsonContent(generateResponse) } },
        errors: ERRORS,
      },
      async (exchange) => {
        const { response, nanTokens } = await generate(serving, exchange);
        return { ...ok(encodeGenerateResponse(response, nanTokens)), isCompressible: true };
      },
    ),
    ...ofModel(
      post,
      '/generate_stream',
      {
        id: 'modelGenerateStream',
        tag: 'inference',
        category: 'inference',
        summary: 'Runs a model, in plain JSON, and answers with server-sent events',
        headers: REQUEST_TIMEOUT,
        body,
        answers: {
          200: {
            description: 'The outputs, as the data of the only event.',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
        errors: ERRORS,
      },
      async (exchange) => {
        const { response, nanTokens } = await generate(serving, exchange);
        return eventAnswer(encodeGenerateResponse(response, nanTokens));
      },
    ),
  ];
}

interface Generated {
  readonly response: InferenceResponse;
  readonly nanTokens: boolean;
}

async function generate(serving: Serving, exchange: Exchange): Promise<Generated> {
  const { metadata } = serving.modelMetadata(modelRef(exchange));
  const { request, nanTokens } = decodeGenerateRequest(exchange.body, metadata);
  return { response: await serving.infer(request, exchange.call), nanTokens };
}

const encoder = new TextEncoder();
const BEFORE_DATA = encoder.encode('data: ');
const AFTER_EVENT = encoder.encode('\n\n');

/** One server-sent event. The JSON is one line, so it needs one field. */
function eventAnswer(json: Uint8Array): Answer {
  return {
    status: 200,
    headers: { 'content-type': EVENT_STREAM },
    body: [BEFORE_DATA, json, AFTER_EVENT],
  };
}
