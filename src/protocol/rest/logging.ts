import { LOG_FORMATS } from '#core/log-settings.js';
import { logSettingValues, MAX_VERBOSE_LEVEL, readLogChange } from '#protocol/log-settings.js';
import type { Serving } from '#serving/serving.js';
import { described, type JsonSchema, map, readBody, scalar } from './definition.js';
import { jsonContent, type Operation, type RestRoute } from './operation.js';
import { get, json, post } from './route.js';

const PROPERTIES: Readonly<Record<string, JsonSchema>> = {
  log_info: { type: 'boolean', description: 'Whether INFO lines are written.' },
  log_warning: { type: 'boolean', description: 'Whether WARN lines are written.' },
  log_error: { type: 'boolean', description: 'Whether ERROR lines are written.' },
  log_verbose_level: {
    type: 'integer',
    minimum: 0,
    maximum: MAX_VERBOSE_LEVEL,
    description: '1 writes DEBUG lines, 2 and more TRACE lines as well.',
  },
  log_format: {
    type: 'string',
    enum: LOG_FORMATS,
    description: 'Kept and told. Every line has its time in ISO 8601 either way.',
  },
  log_requests: {
    type: 'string',
    description:
      'Which requests get a line each: `off`, `errors`, `all`, or a number above 0 and at most 1 for that part of those that succeed and every one that fails.',
  },
};

const change = described(map(scalar), 'What is left out stays as it is.', {
  properties: PROPERTIES,
  additionalProperties: false,
});

const SETTINGS: JsonSchema = {
  title: 'LogSettings',
  type: 'object',
  properties: {
    log_file: { type: 'string', description: 'Always empty: the log goes to standard error.' },
    ...PROPERTIES,
  },
  required: ['log_file', ...Object.keys(PROPERTIES)],
};

/** The settings of the log. */
export function loggingRoutes(serving: Serving): readonly RestRoute[] {
  const { logControl } = serving;
  const answers: Operation['answers'] = {
    200: { description: 'The settings.', content: jsonContent(SETTINGS) },
  };
  return [
    get(
      '/v2/logging',
      {
        id: 'logSettings',
        tag: 'settings',
        category: 'logging',
        summary: 'What of the log is written',
        answers,
        errors: [],
      },
      () => json(200, logSettingValues(logControl.settings)),
    ),
    post(
      '/v2/logging',
      {
        id: 'changeLogSettings',
        tag: 'settings',
        category: 'logging',
        summary: 'Changes what of the log is written',
        description: 'All of the request is done, or with an error nothing of it.',
        body: { isRequired: false, content: jsonContent(change.schema) },
        answers,
        errors: ['INVALID_ARGUMENT', 'UNIMPLEMENTED'],
      },
      ({ body }) => {
        logControl.change(readLogChange(readBody(change, body)));
        return json(200, logSettingValues(logControl.settings));
      },
    ),
  ];
}
