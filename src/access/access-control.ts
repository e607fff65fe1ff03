import type { Access, Caller, Guard } from '#core/access.js';
import type { ApiCategory } from '#core/api-category.js';
import type { Clock } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import { findKey } from './api-key.js';
import { type Credential, credentialOf } from './credential.js';
import { decide, grantsOf } from './decide.js';
import { delayMsOf, Failures, isTold } from './failures.js';
import { GrantedAccess } from './granted-access.js';
import { type Identity, identityOfCertificate, identityOfKey, identityUnder } from './identity.js';
import type { Policy } from './policy.js';
import { credentialNeeded, noLongerKnown, notAllowed, notValid } from './refusals.js';
import { TokenFault, tokenVerifier, type VerifyToken } from './tokens.js';

const log = loggerOf('access::control');

/** So many refusals may be kept back at a time; those beyond are sent at once, and hold nothing. */
const MAX_KEPT_BACK = 1_000;

/** Knows who asks, and what they may do. Its rules can be replaced while it is at work. */
export class AccessControl {
  #policy: Policy;
  #verifyToken: VerifyToken | null;
  readonly #clock: Clock;
  readonly #failures = new Failures();
  #keptBack = 0;

  constructor(policy: Policy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    this.#verifyToken = policy.tokens && tokenVerifier(policy.tokens);
  }

  /** From now on these rules count, also for calls that go on. */
  replace(policy: Policy): void {
    const before = this.#policy.tokens;
    this.#policy = policy;
    // Whose rules are the same, goes on with the keys that were fetched.
    if (JSON.stringify(before) === JSON.stringify(policy.tokens)) return;
    this.#verifyToken = policy.tokens && tokenVerifier(policy.tokens);
  }

  /**
   * Lets a caller in. A credential that is shown must be right, except where anybody may ask whether the server is well:
   * a probe is to find that out.
   */
  readonly guard: Guard = (caller, category, model) => {
    const named = model ?? undefined;
    const isOpenHealth = category === 'health' && decide(this.#policy, null, category, named) === 'allow';
    const known = isOpenHealth ? null : this.#identify(caller);
    if (known instanceof Promise) return known.then((identity) => this.#admit(identity, category, named));
    return this.#admit(known, category, named);
  };

  #admit(identity: Identity | null, category: ApiCategory, model: string | undefined): Access {
    this.#check(identity, category, model);
    return new GrantedAccess(identity, category, {
      check: (known, concern) => this.#check(known, category, concern),
      grants: () => grantsOf(this.#policy, this.#renewed(identity)),
    });
  }

  #check(identity: Identity | null, category: ApiCategory, model: string | null | undefined): void {
    const renewed = this.#renewed(identity);
    if (identity !== null && renewed === null) throw noLongerKnown(identity.name);
    const decision = decide(this.#policy, renewed, category, model);
    if (decision === 'UNAUTHENTICATED') throw credentialNeeded(this.#policy, category);
    if (decision === 'PERMISSION_DENIED') throw notAllowed(renewed?.name ?? '', category, model);
  }

  /** Who that is by the rules and the time of now. */
  #renewed(identity: Identity | null): Identity | null {
    const known = identity && identityUnder(this.#policy, identity);
    return known === null || this.#isOver(known) ? null : known;
  }

  #isOver({ expiresAtMs }: Identity): boolean {
    return expiresAtMs !== null && this.#clock.epochMs() >= expiresAtMs;
  }

  /** Null for whoever shows nothing. Throws, or rejects with, UNAUTHENTICATED for what is shown and not right. */
  #identify(caller: Caller): Identity | null | Promise<Identity | null> {
    const shown = credentialOf((name) => caller.header(name), this.#verifyToken !== null);
    if (shown === 'foreign') return this.#refuse(caller, 'an Authorization that is not Bearer', FOREIGN);
    if (shown !== null)
      return shown.kind === 'key' ? this.#ofKey(caller, shown) : this.#ofToken(caller, shown);
    const { certificate } = caller.peer;
    if (certificate === null) return null;
    const names = [...new Set([certificate.subject, ...certificate.names])];
    return identityOfCertificate(this.#policy.certificates, names);
  }

  #ofKey(caller: Caller, { secret }: Credential & { kind: 'key' }): Identity | Promise<never> {
    const key = findKey(this.#policy.keys, secret);
    if (key === null) return this.#refuse(caller, 'an unknown API key', 'the API key is not known');
    const identity = identityOfKey(key);
    if (!this.#isOver(identity)) return identity;
    return this.#refuse(caller, `the expired API key '${key.name}'`, `the API key '${key.name}' has expired`);
  }

  async #ofToken(caller: Caller, { token }: Credential & { kind: 'token' }): Promise<Identity> {
    const identity = await this.#verifyToken?.(token);
    if (identity instanceof TokenFault || identity === undefined) {
      const why = identity?.text ?? 'no tokens are taken';
      return this.#refuse(caller, `a token that is not valid: ${why}`, `the token is not valid: ${why}`);
    }
    return identity;
  }

  /** Tells of it, and answers the later the more often it happens: what is right is never kept back. */
  async #refuse({ peer }: Caller, what: string, sentence: string): Promise<never> {
    const count = this.#failures.add(peer.address, this.#clock.now());
    const line = `${peer.address ?? 'somebody'} showed ${what} and was refused`;
    const text = count === 1 ? line : `${line}; that was failure ${count} in a row`;
    if (isTold(count)) log.warn(text);
    else log.debug(text);
    await this.#keepBack(delayMsOf(count));
    throw notValid(sentence);
  }

  async #keepBack(delayMs: number): Promise<void> {
    if (delayMs === 0 || this.#keptBack >= MAX_KEPT_BACK) return;
    this.#keptBack++;
    await new Promise<void>((resolve) => this.#clock.startTimer(delayMs, resolve));
    this.#keptBack--;
  }
}

const FOREIGN = "the header 'Authorization' must be 'Bearer' and an API key or a token";
