import { type JsonSchema, objectSchema, orNull } from './definition.js';

const TEXT: JsonSchema = { type: ['string', 'null'] };

/** One device, as `furiosa devices --json` prints it too. */
export const DEVICE: JsonSchema = {
  title: 'Device',
  ...objectSchema({
    name: { type: 'string', examples: ['npu:0:0', 'cpu'] },
    kind: { type: 'string', enum: ['npu', 'cpu', 'cuda'] },
    arch: { ...TEXT, description: 'For instance `warboy`; null for the processor.' },
    label: { type: 'string' },
    simulated: { type: 'boolean', description: 'Whether a software device stands in for it.' },
    firmware: TEXT,
    driver: TEXT,
    serial: TEXT,
    bus_name: TEXT,
    numa_node: orNull({ type: 'integer' }),
    alive: orNull({ type: 'boolean' }),
    temperature_celsius: orNull({ type: 'number' }),
    holder: {
      ...TEXT,
      description: 'The model or the process that has it; null where nobody has, or all may.',
    },
    threads: orNull({
      type: 'number',
      description: 'Threads that a run on it uses unless told otherwise.',
    }),
  }),
};

export const DEVICES: JsonSchema = {
  title: 'Devices',
  ...objectSchema({ devices: { type: 'array', items: DEVICE } }),
};
