import { comesBack, heirsOf, type LoadSnapshot, type Step } from './next-step.js';
import type { OfferedVersion } from './offer.js';

/** A load, as far as it matters who made room for whom. */
interface Load extends LoadSnapshot {
  readonly offer: OfferedVersion;
}

/** What was unloaded so that others had room, as long as they are not ready: if they fail, it is loaded again. */
export class MadeRoom {
  #offers: readonly OfferedVersion[] = [];

  /** Whether nothing was, or all of it is decided. */
  get isEmpty(): boolean {
    return this.#offers.length === 0;
  }

  /** The paths of their files, which may be needed again. */
  get paths(): readonly string[] {
    return this.#offers.map(({ path }) => path);
  }

  /** What is to be loaded again now. Forgets it, and what is not needed any more because what took its place is ready. */
  takeReturning(loads: readonly Load[]): readonly OfferedVersion[] {
    const open = this.#offers.filter(({ version }) =>
      heirsOf(version, loads).some(({ state }) => state !== 'ready'),
    );
    const returning = open.filter(({ version }) => comesBack(heirsOf(version, loads)));
    this.#offers = open.filter((offer) => !returning.includes(offer));
    // It may be what is wanted again.
    return returning.filter((offer) => !loads.some((load) => isOf(load, offer) && load.state !== 'failed'));
  }

  /** Keeps in mind who leaves before what comes in its place is ready. */
  note(steps: readonly Step<Load>[], loads: readonly Load[]): void {
    for (const { kind, load } of steps) {
      const served = load.state === 'ready' || (load.state === 'offered' && load.isReturning);
      if (kind === 'load' || load.isTrial || !served) continue;
      const isAwaited = heirsOf(load.version, loads).some(({ state }) => state !== 'ready');
      if (!isAwaited) continue;
      this.#offers = [...this.#offers.filter(({ version }) => version !== load.version), load.offer];
    }
  }
}

function isOf({ offer }: Load, { version, revision }: OfferedVersion): boolean {
  return offer.version === version && offer.revision === revision;
}
