import type { SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { CertificateFacts } from './certificate-facts.js';
import { contextOptions } from './context.js';
import { expiryStage } from './expiry.js';
import { type IdentityFault, readIdentity, type TlsIdentity } from './identity.js';
import type { TlsOptions } from './options.js';
import { stampOf } from './pem-files.js';

const log = loggerOf('tls::credentials');

/** How often the files are looked at. */
export const LOOK_INTERVAL_MS = 5_000;

/** After so long the contexts are made anew, and with them the keys of session tickets: who steals one reads no older sessions. */
export const TICKET_KEYS_MS = 86_400_000;

/** The certificate and key of the ports as they are now. Files that change are taken over; those that are broken are not. */
export class Credentials {
  readonly options: TlsOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #identity: TlsIdentity;
  #stamp: string | null = null;
  /** What is wrong with the files as they were last seen. A pair that is being exchanged does not fit for a moment. */
  #fault: string | null = null;
  #toldFault: string | null = null;
  #toldStage: number | null = null;
  #madeAt: number;
  #timer: Timer | null = null;
  #isStopped = false;

  /** Throws INVALID_ARGUMENT where the files cannot be used. */
  constructor(options: TlsOptions, clock: Clock) {
    const read = readIdentity(options, clock.epochMs());
    if ('fault' in read) throw new ServingError('INVALID_ARGUMENT', sentenceOf(read, options));
    this.options = options;
    this.#clock = clock;
    this.#identity = read;
    this.#madeAt = clock.now();
  }

  /** Of the server's certificate. */
  get facts(): CertificateFacts {
    return this.#identity.facts;
  }

  contextOptions(): SecureContextOptions {
    return contextOptions(this.#identity);
  }

  /** Calls `fn` whenever new connections are to have a new context. */
  onChange(fn: () => void): void {
    this.#listeners.add(fn);
  }

  /** Begins to look at the files again and again. */
  start(): void {
    const { subject, expires } = this.facts;
    log.info(`TLS with the certificate ${quoted(subject)}, valid until ${expires}`, { subject, expires });
    this.#tellExpiry();
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Looks at the files now. Never rejects. */
  async look(): Promise<void> {
    const stamp = await stampOf(this.options);
    if (this.#isStopped) return;
    if (stamp !== this.#stamp || this.#fault !== null) {
      this.#stamp = stamp;
      this.#take(false);
    }
    if (this.#clock.now() - this.#madeAt >= TICKET_KEYS_MS) this.#renew();
    this.#tellExpiry();
  }

  /** Reads the files now, because somebody asks for it: what is wrong with them is told at once. */
  reload(): void {
    this.#take(true);
    this.#tellExpiry();
  }

  #wait(): void {
    this.#timer = this.#clock.startTimer(LOOK_INTERVAL_MS, () => {
      void this.look().finally(() => {
        if (!this.#isStopped) this.#wait();
      });
    });
  }

  #take(isAsked: boolean): void {
    const read = readIdentity(this.options, this.#clock.epochMs());
    if ('fault' in read) this.#keep(sentenceOf(read, this.options), isAsked);
    else this.#accept(read);
  }

  #keep(fault: string, isAsked: boolean): void {
    const isSettled = isAsked || fault === this.#fault;
    this.#fault = fault;
    if (!isSettled || fault === this.#toldFault) return;
    this.#toldFault = fault;
    log.warn(`the TLS files are not taken over, and the certificate of before goes on: ${fault}`);
  }

  #accept(identity: TlsIdentity): void {
    const wasTold = this.#toldFault !== null;
    this.#fault = null;
    this.#toldFault = null;
    const { cert, key, clientCa, facts } = this.#identity;
    if (identity.cert === cert && identity.key === key && identity.clientCa === clientCa) {
      if (wasTold) log.info('the TLS files are in order again, and the same as before');
      return;
    }
    this.#identity = identity;
    const { subject, expires } = identity.facts;
    const what = identity.cert === cert ? 'changed TLS files for the' : 'a new TLS';
    log.info(`${what} certificate ${quoted(subject)}, valid until ${expires}`, { subject, expires });
    if (identity.facts.expiresAtMs !== facts.expiresAtMs) this.#toldStage = null;
    this.#renew();
  }

  #renew(): void {
    this.#madeAt = this.#clock.now();
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (thrown) {
        log.error(`a port could not take the TLS files over: ${messageOf(thrown)}`);
      }
    }
  }

  #tellExpiry(): void {
    const { subject, expiresAtMs, expires } = this.facts;
    const stage = expiryStage(expiresAtMs, this.#clock.epochMs());
    if (stage === this.#toldStage) return;
    this.#toldStage = stage;
    if (stage === null) return;
    const how =
      stage === 0 ? 'has expired' : `expires in less than ${stage === 1 ? 'a day' : `${stage} days`}`;
    log.warn(`the TLS certificate ${quoted(subject)} ${how}: it is valid until ${expires}`, {
      subject,
      expires,
    });
  }
}

function quoted(subject: string): string {
  return subject === '' ? 'without a subject' : `'${subject}'`;
}

/** What is wrong, with the file that it is about. */
export function sentenceOf({ at, fault }: IdentityFault, options: TlsOptions): string {
  const file = { cert: options.certFile, key: options.keyFile, clientCa: options.clientCaFile }[at];
  return `${file} ${fault}`;
}
