import { TRACE_MODES } from '#core/trace-mode.js';
import type { Answer, Exchange } from '#protocol/exchange.js';
import { readTraceChange, TRACE_SETTINGS, traceSettingValues } from '#protocol/trace-settings.js';
import type { Serving } from '#serving/serving.js';
import type { TraceSettings } from '#serving/trace-settings.js';
import { described, type JsonSchema, map, readBody, texts } from './definition.js';
import { jsonContent, type Operation, type RestRoute } from './operation.js';
import { get, json, post } from './route.js';

const change = described(
  map(texts),
  'What is left out stays as it is; null goes back, from the settings of a model to those of all models, and from these ' +
    'to those of the start.',
  {
    properties: Object.fromEntries(TRACE_SETTINGS.map((name) => [name, texts.schema])),
    additionalProperties: false,
  },
);

const SETTINGS: JsonSchema = {
  title: 'TraceSettings',
  type: 'object',
  properties: {
    trace_file: { type: 'string', description: 'Empty where there is none.' },
    trace_level: { type: 'array', items: { enum: ['OFF', 'TIMESTAMPS', 'TENSORS'] } },
    trace_rate: { type: 'string', description: 'One request of so many is traced.' },
    trace_count: { type: 'string', description: 'So many more are traced; -1 for any number.' },
    log_frequency: { type: 'string', description: 'Traces in each file of a series; 0 for one file.' },
    trace_mode: { enum: [...TRACE_MODES] },
  },
  required: TRACE_SETTINGS,
};

/** What is traced: of all models, or of one. */
export function traceRoutes(serving: Serving): readonly RestRoute[] {
  const told: Omit<Operation, 'id' | 'summary' | 'errors'> = {
    tag: 'settings',
    category: 'trace',
    answers: { 200: { description: 'The settings.', content: jsonContent(SETTINGS) } },
  };
  const changed: typeof told = {
    ...told,
    description: 'All of the request is done, or with an error nothing of it.',
    body: { isRequired: false, content: jsonContent(change.schema) },
  };
  const tell = (exchange: Exchange): Answer => {
    if (modelOf(exchange) === null) exchange.call.access?.checkModel(null);
    return encode(serving.traceSettings(modelOf(exchange)));
  };
  const obey = (exchange: Exchange): Answer => {
    if (modelOf(exchange) === null) exchange.call.access?.checkModel(null);
    serving.changeTraceSettings(modelOf(exchange), readTraceChange(readBody(change, exchange.body)));
    return tell(exchange);
  };
  return [
    get(
      '/v2/trace/setting',
      { ...told, id: 'traceSettings', summary: 'What of all models is traced', errors: [] },
      tell,
    ),
    post(
      '/v2/trace/setting',
      {
        ...changed,
        id: 'changeTraceSettings',
        summary: 'Changes what of all models is traced',
        errors: ['INVALID_ARGUMENT', 'UNIMPLEMENTED'],
      },
      obey,
    ),
    get(
      '/v2/models/:model/trace/setting',
      { ...told, id: 'modelTraceSettings', summary: 'What of a model is traced', errors: ['NOT_FOUND'] },
      tell,
    ),
    post(
      '/v2/models/:model/trace/setting',
      {
        ...changed,
        id: 'changeModelTraceSettings',
        summary: 'Changes what of a model is traced',
        errors: ['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED'],
      },
      obey,
    ),
  ];
}

/** Null on the routes that name none. */
function modelOf({ params }: Exchange): string | null {
  return params['model'] ?? null;
}

/** The levels are a list, and every other setting is one text, numbers too: that is how Triton has it. */
function encode(settings: TraceSettings): Answer {
  const values = Object.entries(traceSettingValues(settings));
  return json(
    200,
    Object.fromEntries(values.map(([name, value]) => [name, name === 'trace_level' ? value : value[0]])),
  );
}
