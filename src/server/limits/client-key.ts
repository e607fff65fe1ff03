import { BlockList, isIP } from 'node:net';

/** Whose addresses are believed when they say for whom they ask. */
export type IsTrusted = (address: string) => boolean;

/** @param networks addresses, or networks such as `10.0.0.0/8`; what is neither is trusted by nobody */
export function trustedOf(networks: readonly string[]): IsTrusted {
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/', 2);
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/**
 * Who a request is from, for limits: the address at the other end, or, where that is a trusted proxy, the last address in
 * `X-Forwarded-For` that is not. What stands before that one anybody may have written.
 *
 * @param address null where the connection is gone
 * @param forwarded the header; several are one, joined by commas
 */
export function clientKeyOf(
  address: string | null,
  forwarded: string | undefined,
  isTrusted: IsTrusted,
): string {
  let client = plainAddress(address ?? '');
  if (forwarded === undefined || !isTrusted(client)) return networkOf(client);
  const hops = forwarded.split(',').map((hop) => plainAddress(hop.trim()));
  while (isTrusted(client)) {
    const hop = hops.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    client = hop;
  }
  return networkOf(client);
}

/** An IPv4 address that came through a socket of IPv6 is itself. Brackets and ports are left off. */
function plainAddress(address: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? [];
  const [, withPort] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address) ?? [];
  return (bracketed ?? withPort ?? address).toLowerCase().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}

/** Of IPv6, whoever has one address has the 2^64 of its network: these are one client. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // An address in dots at the end stands for two groups.
  const given = before.length + after.length + (address.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? [] : new Array<string>(8 - given).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
