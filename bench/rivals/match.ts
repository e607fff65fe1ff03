/** All servers, in both forms, with one model, asked over one transport after the other. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Scenario } from '../goals/goal.js';
import type { ShapedModel } from '../nets/shaped.js';
import { placesOf } from '../pinning.js';
import { cpuMicros, type Participant, participant, peakBytes } from '../process.js';
import { grpcRequest, jsonRequest, MODEL_INFER, type OneInput, restRequest } from '../requests.js';
import { alternate, type Measure, overGrpc, overHttp } from '../side-by-side.js';
import { checkGrpc, checkRest, engineAnswer } from './answers.js';
import { type Contestant, start } from './contestant.js';
import { type Entrant, type Heat, nameOf, rowsTo } from './heat.js';
import { type OpenResult, openLoop } from './open-loop.js';
import type { RivalsPlan } from './plan.js';
import { FORMS, isMid, MOST_ROWS, SERVERS, type Server, TRANSPORTS, type Transport } from './servers.js';

/** What an entrant took, whatever it was asked. */
export interface Upkeep {
  readonly model: ShapedModel;
  readonly entrant: string;
  readonly readyMs: number;
  readonly idleCores: number;
  readonly peakBytes: number;
}

export interface Match {
  readonly heats: readonly Heat[];
  readonly open: readonly OpenResult[];
  readonly upkeep: readonly Upkeep[];
  /** Who could not be measured, and why. */
  readonly absent: readonly string[];
}

const TRY_MS = 50;
/** Under way at once: more than any of them runs at once, so that none waits for the load. */
const TINY_AT_ONCE = 16;
const MID_AT_ONCE = 8;

export async function match(
  model: ShapedModel,
  plan: RivalsPlan,
  servers: readonly Server[] = SERVERS,
): Promise<Match> {
  const places = placesOf('all');
  const absent: string[] = [];
  const entrants = await enter(model, servers, places.server, absent);
  const load = await participant<string>('./load.js', [], places.load);
  const grpcLoad = await participant<string>('./grpc-load.js', [], places.load);
  const openLoad = await participant<string>('./open-load.js', [], places.load);
  try {
    const idle = await idleCores(entrants, plan.idleMs);
    const heats: Heat[] = [];
    for (const transport of TRANSPORTS) {
      for (const { scenario, rows, atOnce } of scenariosFor(model)) {
        const input = rowsTo(model, rows);
        const generator = transport === 'gRPC' ? grpcLoad : load;
        const measures = await measuresOf(entrants, { model, transport, input, atOnce, generator }, absent);
        if (Object.keys(measures).length === 0) continue;
        console.error(`  ${model.name}, ${transport}, ${scenario}`);
        const blocks = await alternate(measures, isMid(model) ? plan.mid : plan.tiny);
        heats.push({ model, transport, scenario, blocks });
      }
    }
    const open = await openLoop(model, entrants, heats, openLoad, plan.server);
    const upkeep = entrants.map(
      ({ server, form, contestant }, i): Upkeep => ({
        model,
        entrant: nameOf(server, form),
        readyMs: contestant.readyMs,
        idleCores: idle[i] ?? 0,
        peakBytes: peakBytes(contestant.pid),
      }),
    );
    return { heats, open, upkeep, absent };
  } finally {
    await Promise.all([load, grpcLoad, openLoad].map((each) => each.stop()));
    for (const { contestant } of entrants) await contestant.stop();
  }
}

interface ScenarioForm {
  readonly scenario: Scenario;
  /** Samples of a request. */
  readonly rows: number;
  readonly atOnce: number;
}

function scenariosFor(model: ShapedModel): ScenarioForm[] {
  return [
    { scenario: 'SingleStream', rows: 1, atOnce: 1 },
    { scenario: 'MultiStream', rows: MOST_ROWS, atOnce: 1 },
    { scenario: 'Offline', rows: 1, atOnce: isMid(model) ? MID_AT_ONCE : TINY_AT_ONCE },
  ];
}

/** Starts them one after the other, and lets each sleep until its turn. */
async function enter(
  model: ShapedModel,
  servers: readonly Server[],
  cpus: string | undefined,
  absent: string[],
): Promise<Entrant[]> {
  const entrants: Entrant[] = [];
  for (const server of servers) {
    const missing = server.missing();
    if (missing !== null) absent.push(`${server.name}: ${missing}`);
    for (const form of missing === null ? FORMS : []) {
      console.error(`  starting ${nameOf(server, form)}`);
      try {
        const contestant = await start((ports) => server.command(model, form, ports), cpus);
        entrants.push({ server, form, contestant });
        contestant.sleep();
      } catch (thrown) {
        absent.push(`${nameOf(server, form)}, with ${model.name}: ${String(thrown)}`);
      }
    }
  }
  return entrants;
}

async function idleCores(entrants: readonly Entrant[], durationMs: number): Promise<number[]> {
  const cores: number[] = [];
  for (const { contestant } of entrants) {
    contestant.wake();
    const before = cpuMicros(contestant.pid);
    await pause(durationMs);
    cores.push((cpuMicros(contestant.pid) - before) / 1000 / durationMs);
    contestant.sleep();
  }
  return cores;
}

interface Question {
  readonly model: ShapedModel;
  readonly transport: Transport;
  readonly input: OneInput;
  readonly atOnce: number;
  readonly generator: Participant;
}

/** Of all who speak it and whose first answer is right. */
async function measuresOf(
  entrants: readonly Entrant[],
  question: Question,
  absent: string[],
): Promise<Record<string, Measure>> {
  const { model, transport, input } = question;
  const expected = await engineAnswer(model.path, input);
  const measures: Record<string, Measure> = {};
  for (const { server, form, contestant } of entrants.filter(({ server }) =>
    server.transports.includes(transport),
  )) {
    const name = nameOf(server, form);
    contestant.wake();
    try {
      const measure = await measureOf(contestant, question, expected);
      await tryOut(contestant, question, expected);
      measures[name] = contestant.inTurn(measure);
    } catch (thrown) {
      absent.push(`${name}, with ${model.name} over ${transport}, ${input.shape[0]} rows: ${String(thrown)}`);
    }
    contestant.sleep();
  }
  return measures;
}

async function measureOf(
  contestant: Contestant,
  { transport, input, atOnce, generator }: Question,
  expected: Float32Array,
): Promise<Measure> {
  const { rest, grpc } = contestant.ports;
  if (transport === 'gRPC') {
    const message = grpcRequest(input);
    const answerBytes = await checkGrpc(grpc, message, expected);
    return overGrpc(generator, contestant, grpc, {
      path: MODEL_INFER,
      message,
      answerBytes,
      inFlight: atOnce,
    });
  }
  const request = transport === 'REST JSON' ? jsonRequest(input) : restRequest(input);
  await checkRest(rest, request, expected);
  return overHttp(generator, contestant, rest, { ...request, connections: atOnce });
}

/** A generator that cannot read somebody's answers ends; so that only this one is left out, it is another one's turn. */
async function tryOut(contestant: Contestant, question: Question, expected: Float32Array): Promise<void> {
  const file = question.transport === 'gRPC' ? './grpc-load.js' : './load.js';
  const generator = await participant<string>(file);
  try {
    await (await measureOf(contestant, { ...question, generator }, expected))(TRY_MS);
  } finally {
    await generator.stop();
  }
}
