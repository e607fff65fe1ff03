/** JSON Web Tokens of an issuer whose keys are fetched over HTTP, as of a real one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { TOKEN_ALGORITHMS, type TokenRules } from '#access/policy.js';
import { TokenFault, tokenVerifier } from '#access/tokens.js';
import { ServingError } from '#core/errors.js';
import { accessOf, may, policyOf } from '../support/access.js';
import { openStage } from '../support/access-stage.js';
import { settingsOf } from '../support/server.js';

const ISSUER = 'https://login.example/';
const AUDIENCE = 'furiosa';
const NOW_S = Math.floor(Date.now() / 1000);

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An issuer with one key at a time. */
class Issuer {
  #pair: Pair | null = null;
  #id = '';
  asked = 0;
  isAway = false;
  url = '';

  async open(t: TestContext): Promise<this> {
    await this.rotate('one');
    const server = createServer(async (_request, response) => {
      this.asked++;
      if (this.isAway) {
        response.writeHead(503).end();
        return;
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [await this.publicKey()] }));
    });
    t.after(() => server.close().closeAllConnections());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return this;
  }

  async rotate(id: string): Promise<void> {
    this.#pair = await generateKeyPair('ES256', { extractable: true });
    this.#id = id;
  }

  get pair(): Pair {
    assert.ok(this.#pair);
    return this.#pair;
  }

  async publicKey(): Promise<object> {
    return { ...(await exportJWK(this.pair.publicKey)), kid: this.#id, alg: 'ES256', use: 'sig' };
  }

  token(claims: JWTPayload = {}): Promise<string> {
    return new SignJWT({ ...CLAIMS, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: this.#id })
      .sign(this.pair.privateKey);
  }
}

const CLAIMS: JWTPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'ada',
  exp: NOW_S + 600,
  roles: ['run'],
};

function rulesOf(issuer: Issuer, parts: Partial<TokenRules> = {}): TokenRules {
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { kind: 'url', url: issuer.url },
    algorithms: TOKEN_ALGORITHMS,
    rolesClaim: 'roles',
    identityClaim: 'sub',
    clockSkewSeconds: 5,
    ...parts,
  };
}

async function faultOf(rules: TokenRules, token: string): Promise<string> {
  const found = await tokenVerifier(rules, 0)(token);
  assert.ok(found instanceof TokenFault, 'the token was taken');
  return found.text;
}

test('a token of the issuer says who it is and which roles that has', async (t) => {
  const issuer = await new Issuer().open(t);
  const verify = tokenVerifier(rulesOf(issuer));
  assert.deepEqual(await verify(await issuer.token()), {
    name: 'ada',
    roles: ['run'],
    expiresAtMs: (NOW_S + 600 + 5) * 1000,
    source: { kind: 'token', issuer: ISSUER, audience: AUDIENCE },
  });
  await verify(await issuer.token());
  assert.equal(issuer.asked, 1, 'keys are fetched once');
});

test('roles and names stand where the rules say', async (t) => {
  const issuer = await new Issuer().open(t);
  const verify = tokenVerifier(rulesOf(issuer, { rolesClaim: 'realm_access.roles', identityClaim: 'email' }));
  const found = await verify(
    await issuer.token({ email: 'a@b.example', realm_access: { roles: ['x', 7, 'y'] } }),
  );
  assert.ok(!(found instanceof TokenFault));
  assert.equal(found.name, 'a@b.example');
  assert.deepEqual(found.roles, ['x', 'y']);
  const spaced = await tokenVerifier(rulesOf(issuer, { rolesClaim: 'scope' }))(
    await issuer.token({ scope: 'a  b' }),
  );
  assert.ok(!(spaced instanceof TokenFault));
  assert.deepEqual(spaced.roles, ['a', 'b']);
});

const WRONG: readonly (readonly [what: string, claims: JWTPayload, why: RegExp])[] = [
  ['another audience', { aud: 'somebody-else' }, /^it is for another audience$/],
  ['another issuer', { iss: 'https://login.example.evil/' }, /^it is from another issuer$/],
  ['a time that is over', { exp: NOW_S - 60 }, /^it has expired$/],
  ['no end', { exp: undefined as unknown as number }, /^it does not say when it expires$/],
  ['a time that has not come', { nbf: NOW_S + 60 }, /^it is not valid yet$/],
  ['no name', { sub: undefined as unknown as string }, /^its claim 'sub' is no text$/],
  ['an empty name', { sub: '' }, /^its claim 'sub' is no text$/],
];
for (const [what, claims, why] of WRONG) {
  test(`a token with ${what} is refused`, async (t) => {
    const issuer = await new Issuer().open(t);
    assert.match(await faultOf(rulesOf(issuer), await issuer.token(claims)), why);
  });
}

test('a clock that differs a little is allowed for', async (t) => {
  const issuer = await new Issuer().open(t);
  const found = await tokenVerifier(rulesOf(issuer, { clockSkewSeconds: 60 }))(
    await issuer.token({ exp: NOW_S - 20 }),
  );
  assert.ok(!(found instanceof TokenFault));
});

test('a token that nobody signed is refused', async (t) => {
  const issuer = await new Issuer().open(t);
  assert.match(await faultOf(rulesOf(issuer), new UnsecuredJWT(CLAIMS).encode()), /algorithm is not allowed/);
});

test('a public key is no secret to sign with', async (t) => {
  const issuer = await new Issuer().open(t);
  const secrets = [await exportSPKI(issuer.pair.publicKey), JSON.stringify(await issuer.publicKey())];
  for (const secret of secrets) {
    const forged = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(secret));
    assert.match(await faultOf(rulesOf(issuer), forged), /algorithm is not allowed/);
  }
});

test('a token of a key that calls itself the issuer’s is refused', async (t) => {
  const issuer = await new Issuer().open(t);
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await new SignJWT(CLAIMS).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
  assert.match(await faultOf(rulesOf(issuer), forged), /signature is wrong/);
});

test('claims that were changed are refused', async (t) => {
  const issuer = await new Issuer().open(t);
  const [head, , signature] = (await issuer.token()).split('.');
  const claims = Buffer.from(JSON.stringify({ ...CLAIMS, roles: ['admin'] })).toString('base64url');
  assert.match(await faultOf(rulesOf(issuer), `${head}.${claims}.${signature}`), /signature is wrong/);
});

test('an algorithm that is not listed is refused', async (t) => {
  const issuer = await new Issuer().open(t);
  const rules = rulesOf(issuer, { algorithms: ['RS256'] });
  assert.match(await faultOf(rules, await issuer.token()), /algorithm is not allowed/);
});

test('new keys are fetched when a token comes that was made with one', async (t) => {
  const issuer = await new Issuer().open(t);
  const verify = tokenVerifier(rulesOf(issuer), 0);
  const old = await issuer.token();
  assert.ok(!((await verify(old)) instanceof TokenFault));
  await issuer.rotate('two');
  assert.ok(!((await verify(await issuer.token())) instanceof TokenFault));
  const gone = await verify(old);
  assert.ok(gone instanceof TokenFault);
  assert.match(gone.text, /not made with any of the issuer's keys/);
});

test('an issuer is not asked again and again for keys that it does not have', async (t) => {
  const issuer = await new Issuer().open(t);
  const verify = tokenVerifier(rulesOf(issuer));
  await issuer.rotate('two');
  const strange = await issuer.token();
  await issuer.rotate('three');
  for (let i = 0; i < 20; i++) assert.ok((await verify(strange)) instanceof TokenFault);
  assert.equal(issuer.asked, 1);
});

test('an issuer that is away is no reason to let anybody in, and not the fault of who asks', async (t) => {
  const issuer = await new Issuer().open(t);
  issuer.isAway = true;
  await assert.rejects(
    tokenVerifier(rulesOf(issuer))(await issuer.token()),
    (thrown) =>
      thrown instanceof ServingError && thrown.code === 'UNAVAILABLE' && /cannot be had/.test(thrown.message),
  );
});

test('keys from a file need no network', async (t) => {
  const issuer = await new Issuer().open(t);
  const json = JSON.stringify({ keys: [await issuer.publicKey()] });
  const found = await tokenVerifier(rulesOf(issuer, { keys: { kind: 'set', json } }))(await issuer.token());
  assert.ok(!(found instanceof TokenFault));
  assert.equal(issuer.asked, 0);
});

test('a server knows tokens and keys side by side', async (t) => {
  const issuer = await new Issuer().open(t);
  const policy = { ...policyOf({ run: may(['metadata']) }), tokens: rulesOf(issuer) };
  const { port } = await openStage((end) => t.after(end), settingsOf([], { access: accessOf(policy) }));
  const ask = async (token: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}/v2`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return [response.status, await response.text()];
  };
  assert.equal((await ask(await issuer.token()))[0], 200);
  const [status, text] = await ask(await issuer.token({ aud: 'x' }));
  assert.deepEqual([status, text], [401, '{"error":"the token is not valid: it is for another audience"}']);
  assert.equal((await ask(await issuer.token({ roles: ['other'] })))[0], 403);
});
