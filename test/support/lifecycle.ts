/** Offers in a line, and devices and engines that a test plays: its loads end, fail or are lost when the test says so. */

import assert from 'node:assert/strict';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { ModelMetadata } from '#inference/metadata.js';
import { NO_RESTARTS } from '#inference/restarts.js';
import { Counters } from '#lifecycle/counters.js';
import type { OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import type { OpenVersion } from '#lifecycle/open-version.js';
import type { StepModels } from '#lifecycle/step-models.js';
import { PLAIN_TRAFFIC } from '#lifecycle/traffic.js';
import type { Opener } from '#lifecycle/version.js';
import { EVERY_VERSION } from '#lifecycle/version-policy.js';
import { stepOf } from './ensembles.js';
import { offerOf } from './server.js';

/** A version in a word: `1` of revision `a`, or `1@b`. */
export function offeredVersion(
  name: string,
  text: string,
  parts: Partial<OfferedVersion> = {},
): OfferedVersion {
  const [version = '', revision = 'a'] = text.split('@');
  return { ...offerOf({ name, version, path: `/models/${name}/${version}` }), revision, ...parts };
}

/** A model of its own with these versions: `offered('m', '1 2@b')`. */
export function offered(name: string, versions: string, parts: Partial<OfferedModel> = {}): OfferedModel {
  const words = versions.split(' ').filter((word) => word !== '');
  return {
    name,
    versions: words.map((word) => offeredVersion(name, word)),
    policy: EVERY_VERSION,
    update: 'overlap',
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source: 'a test',
    fault: null,
    faults: {},
    ...parts,
  };
}

/** A model that is made of others: `ensembleOf('e', '1', 'first second/2')`. */
export function ensembleOf(name: string, versions: string, steps: string): OfferedModel {
  const plain = offered(name, versions);
  const ensemble = steps.split(' ').map((step) => stepOf(step, { x: 'in' }, { y: 'out' }));
  return { ...plain, versions: plain.versions.map((version) => ({ ...version, path: '', ensemble })) };
}

/** One opening of a version, and what became of it. */
export class FakeLoad {
  readonly offer: OfferedVersion;
  readonly #onLost: (reason: string) => void;
  readonly #ended = deferred<void>();
  /** One object for each load, by which a handle can be told. */
  readonly metadata: ModelMetadata;
  isOpening = true;
  isOpen = false;
  /** Its last instance is gone. */
  isLost = false;
  closings = 0;
  /** Hears that it is about to be closed. */
  onClose: () => void = () => {};
  #hold: Deferred<void> | null = null;

  constructor(offer: OfferedVersion, onLost: (reason: string) => void) {
    this.offer = offer;
    this.metadata = metadataOf(offer);
    this.#onLost = onLost;
  }

  /** `m/1@a` */
  get id(): string {
    return idOf(this.offer);
  }

  end(): void {
    this.isOpening = false;
    this.isOpen = true;
    this.#ended.resolve();
  }

  fail(reason: string): void {
    this.isOpening = false;
    this.#ended.reject(new ServingError('INVALID_ARGUMENT', reason));
  }

  /** Its closing takes until what is answered is resolved. */
  hold(): Deferred<void> {
    this.#hold = deferred();
    return this.#hold;
  }

  /** Its last instance is gone. */
  lose(reason: string): void {
    this.isLost = true;
    this.#onLost(reason);
  }

  /** What the manager is given once the test has ended the load. */
  async open(): Promise<OpenVersion> {
    await this.#ended.promise;
    const counters = new Counters();
    return {
      metadata: this.metadata,
      signature: { inputs: [], outputs: [] },
      maxRequestRows: 0,
      memory: [],
      deployment: {
        fileName: this.id,
        platform: 'fake',
        places: [],
        scheduling: { kind: 'none' },
        warmup: [],
        isCached: false,
      },
      submit: () => Promise.reject(new ServingError('UNIMPLEMENTED', 'nothing runs here')),
      get counts() {
        return counters.counts;
      },
      devices: [],
      waiting: { requests: 0, oldestMs: 0 },
      threadDeaths: 0,
      restarts: NO_RESTARTS,
      wall: 'thread',
      close: () => this.#close(),
    };
  }

  async #close(): Promise<void> {
    this.onClose();
    this.closings++;
    this.isOpen = false;
    await this.#hold?.promise;
  }
}

function idOf({ name, version, revision }: OfferedVersion): string {
  return `${name}/${version}@${revision}`;
}

function metadataOf({ name, version }: OfferedVersion): ModelMetadata {
  return {
    name,
    version,
    platform: 'fake',
    dialect: 'v2',
    inputs: [],
    outputs: [],
    maxBatchSize: 0,
    properties: {},
  };
}

/**
 * Stands for devices and engines, which are slow and cannot be made to fail when a test wants it. An ensemble borrows
 * its steps as a real one does, and is open at once.
 */
export class FakeEngines {
  /** All that was ever begun, in order. */
  readonly loads: FakeLoad[] = [];
  mostOpening = 0;
  /** What an ensemble's load ends with, by how its steps look; null where they fit together. */
  misfit: (steps: readonly string[]) => string | null = () => null;

  readonly open: Opener = async (offer, models, onLost) => {
    const load = new FakeLoad(offer, onLost);
    this.loads.push(load);
    this.mostOpening = Math.max(this.mostOpening, this.opening.length);
    if (offer.ensemble !== null) {
      try {
        this.#borrowSteps(offer, models);
        load.end();
      } catch (thrown) {
        load.fail(thrown instanceof Error ? thrown.message : String(thrown));
      }
    }
    return load.open();
  };

  #borrowSteps({ ensemble }: OfferedVersion, models: StepModels): void {
    const steps = (ensemble ?? []).map(({ model }) => {
      const handle = models.acquire(model, null);
      handle.release();
      return handle.deployment.fileName;
    });
    const why = this.misfit(steps);
    if (why !== null) throw new ServingError('INVALID_ARGUMENT', why);
  }

  /** What is being opened, in order: `m/1@a`. */
  get opening(): readonly string[] {
    return this.loads.filter(({ isOpening }) => isOpening).map(({ id }) => id);
  }

  /** What is open. */
  get opened(): readonly string[] {
    return this.loads.filter(({ isOpen }) => isOpen).map(({ id }) => id);
  }

  /** The last load of that: `m/1`, or `m/1@b`. */
  of(id: string): FakeLoad {
    const found = this.loads.findLast((load) => load.id === id || load.id.startsWith(`${id}@`));
    assert.ok(found, `nothing was loaded for ${id}`);
    return found;
  }

  /** Ends the load of each, once everything has gone as far as it can by itself. */
  async end(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await settle();
      const load = this.of(id);
      assert.ok(load.isOpening, `${id} is not being loaded; what is: ${this.opening.join(', ')}`);
      load.end();
    }
    await settle();
  }

  async fail(id: string, reason: string): Promise<void> {
    await settle();
    const load = this.of(id);
    assert.ok(load.isOpening, `${id} is not being loaded`);
    load.fail(reason);
    await settle();
  }
}

/** Lets everything that can happen now happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What has become of a promise so far: `pending`, `done`, or the message of its rejection. */
export function outcomeOf(promise: Promise<unknown>): { now: string } {
  const outcome = { now: 'pending' };
  promise.then(
    () => {
      outcome.now = 'done';
    },
    (thrown: unknown) => {
      outcome.now = thrown instanceof Error ? thrown.message : String(thrown);
    },
  );
  return outcome;
}
