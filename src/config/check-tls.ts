import { relative } from 'node:path';
import { type IdentityFault, readIdentity } from '#tls/identity.js';
import { ownTls, type SaidTls, type TlsInput, tlsOptionsOf, tritonTls } from './plan-tls.js';
import { NOWHERE, type Place } from './problem.js';
import type { Report } from './report.js';

/** How a user spells what is missing. */
interface Spelling {
  readonly cert: string;
  readonly key: string;
}

const OWN: Spelling = { cert: '--tls-cert (tls.cert)', key: '--tls-key (tls.key)' };
const TRITON: Spelling = { cert: '--grpc-server-cert', key: '--grpc-server-key' };

/** Reports what is said of TLS and does not go together, and files that cannot be used. */
export function checkTls(input: TlsInput, epochMs: number, report: Report): void {
  const own = ownTls(input);
  const triton = tritonTls(input);
  const { given } = input;
  const switchedOn = given.grpcUseSslMutual?.value === true ? given.grpcUseSslMutual : given.grpcUseSsl;
  if (own !== null && triton !== null) {
    const text = 'contradicts --tls-cert and the block tls, which are for gRPC, too; expected one of them';
    report.problem(switchedOn?.place ?? NOWHERE, text);
    return;
  }
  if (triton === null) warnOfIdle(input, report);
  if (given.grpcUseSslMutual?.value === true && triton?.clientCa === null)
    report.problem(
      given.grpcUseSslMutual.place,
      'needs --grpc-root-cert, those who sign certificates of clients',
    );
  if (own !== null) checkSaid(own, OWN, null, epochMs, input.cwd, report);
  else if (triton !== null) checkSaid(triton, TRITON, switchedOn?.place ?? null, epochMs, input.cwd, report);
}

function checkSaid(
  said: SaidTls,
  spelling: Spelling,
  switchedOn: Place | null,
  epochMs: number,
  cwd: string,
  report: Report,
): void {
  const { cert, key, clientCa, clientAuth, hstsSeconds } = said;
  if (cert === null || key === null) {
    const place = (cert ?? key ?? clientCa ?? clientAuth ?? hstsSeconds)?.place ?? switchedOn ?? NOWHERE;
    const missing = [
      ...(cert === null ? [`${spelling.cert}, the certificate of the server`] : []),
      ...(key === null ? [`${spelling.key}, the private key of the certificate`] : []),
    ];
    report.problem(place, `needs ${missing.join(', and ')}`);
    return;
  }
  if (clientAuth !== null && clientCa === null) {
    const text = `${clientAuth.value} has no effect without --tls-client-ca (tls.client_ca), those who sign certificates of clients`;
    report.problem(clientAuth.place, text);
  }
  const options = tlsOptionsOf(said);
  if (options === null) return;
  const read = readIdentity(options, epochMs);
  if ('fault' in read) reportFault(read, said, cwd, report);
}

function reportFault({ at, fault }: IdentityFault, said: SaidTls, cwd: string, report: Report): void {
  const of = said[at];
  if (of === null) return;
  const below = relative(cwd, of.value);
  report.problem(of.place, `${below.startsWith('..') ? of.value : below} ${fault}`);
}

/** Triton says nothing of files that are not used; who gave them thinks that they are. */
function warnOfIdle({ given }: TlsInput, report: Report): void {
  for (const option of [given.grpcServerCert, given.grpcServerKey, given.grpcRootCert])
    if (option !== null) report.warning(option.place, 'has no effect without --grpc-use-ssl');
}
