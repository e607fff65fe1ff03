import { BlockList, isIP } from 'node:net';
import type { Settings } from '#config/settings.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

type Concerned = Pick<Settings, 'access' | 'rest' | 'grpc' | 'allowClientShm' | 'allowModelUpload'>;

/** One sentence on what whoever reaches the server may do, where it can be reached from outside and nobody is asked; else null. */
export function openDoors(settings: Concerned): string | null {
  const { access, rest, grpc, allowClientShm, allowModelUpload } = settings;
  const hosts = [...new Set([rest.host, ...(grpc === null ? [] : [grpc.host])])].filter(isPublic);
  const isRestricted = access.http.length > 0 || access.grpc.length > 0;
  if (access.policy !== null || isRestricted || hosts.length === 0) return null;
  const doors = [
    'run models',
    'load and unload them',
    ...(allowModelUpload ? ['upload models'] : []),
    ...(allowClientShm ? ['register shared memory'] : []),
    'change the settings of log and trace',
    'read metrics and the dashboard',
  ];
  const listed = `${doors.slice(0, -1).join(', ')} and ${doors.at(-1)}`;
  return `whoever reaches ${hosts.join(' or ')} may ${listed}: ask for keys with --auth-config, or listen on --host 127.0.0.1`;
}

/** A name may stand for any address; `localhost` does not. */
function isPublic(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host !== 'localhost';
  return !LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
