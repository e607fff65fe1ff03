import { Buffer } from 'node:buffer';
import type { Serving } from '#serving/serving.js';
import type { RestRoute } from './operation.js';
import { get } from './route.js';

/** The metrics, for Prometheus and for people. */
export function metricsRoutes(serving: Pick<Serving, 'metrics'>): readonly RestRoute[] {
  return [
    get(
      '/metrics',
      {
        id: 'metrics',
        tag: 'statistics',
        category: 'metrics',
        summary: 'Metrics for Prometheus',
        description: 'OpenMetrics where `Accept` asks for it, else the text format of Prometheus.',
        answers: {
          200: {
            description: 'All metrics.',
            content: {
              'text/plain': { schema: { type: 'string' } },
              'application/openmetrics-text': { schema: { type: 'string' } },
            },
          },
        },
        errors: ['UNIMPLEMENTED'],
      },
      async (exchange) => {
        const { contentType, text } = await serving.metrics(exchange.header('accept'));
        return {
          status: 200,
          headers: { 'content-type': contentType },
          body: Buffer.from(text),
          isCompressible: true,
        };
      },
    ),
  ];
}
