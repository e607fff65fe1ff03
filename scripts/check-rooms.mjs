// Fails when src/<room>/ imports a room or a module that rooms.json does not grant it, when a grant is not used, or when
// the rooms form a ring.
// A key such as "backend/litert" grants a sub-folder more than its room has.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const rooms = JSON.parse(readFileSync('rooms.json', 'utf8'));
const specifier = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;
const faults = [];

for (const room of readdirSync('src')) {
  if (!rooms[room]) {
    faults.push(`src/${room}: no such room in rooms.json`);
    continue;
  }
  for (const entry of readdirSync(join('src', room), { recursive: true }).map(String)) {
    if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue;
    const grant = grantOf(room, entry);
    for (const [, target] of readFileSync(join('src', room, entry), 'utf8').matchAll(specifier)) {
      const reason = judge(room, grant, target);
      if (reason) faults.push(`src/${room}/${entry}: ${target} - ${reason}`);
    }
  }
}
for (const [key, { imports, uses }] of Object.entries(rooms)) {
  const text = sourcesOf(key);
  for (const other of imports)
    if (!text.includes(`'#${other}/`)) faults.push(`rooms.json: ${key} imports nothing of "${other}"`);
  for (const module of uses)
    if (!text.includes(`'${module}'`) && !text.includes(`'${module}/`))
      faults.push(`rooms.json: ${key} does not use "${module}"`);
}
for (const room of Object.keys(rooms)) {
  const ring = findRing(room, []);
  if (ring) faults.push(`rooms.json: ${ring.join(' -> ')}`);
}
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  process.exitCode = 1;
}

function grantOf(room, entry) {
  const folder = rooms[join(room, dirname(entry))];
  if (!folder || folder === rooms[room]) return rooms[room];
  return {
    imports: [...rooms[room].imports, ...folder.imports],
    uses: [...rooms[room].uses, ...folder.uses],
  };
}

/** The text of every source a grant speaks of, tests apart. */
function sourcesOf(folder) {
  return (
    readdirSync(join('src', folder), { recursive: true })
      .map(String)
      .filter((entry) => entry.endsWith('.ts') && !entry.endsWith('.test.ts'))
      .map((entry) => readFileSync(join('src', folder, entry), 'utf8'))
      .join('\n')
      // Generated code has quotes of its own.
      .replaceAll('"', "'")
  );
}

function judge(room, grant, target) {
  if (target.startsWith('./')) return null;
  if (target.startsWith('../')) return 'leave the folder by its #name, not by ../';
  if (!target.startsWith('#')) return grant.uses.includes(target) ? null : `"${room}" may not use it`;
  const other = target.slice(1).split('/')[0];
  return other === room || grant.imports.includes(other) ? null : `"${room}" may not import "${other}"`;
}

function findRing(room, path) {
  if (path.includes(room)) return [...path, room];
  for (const next of rooms[room]?.imports ?? []) {
    const ring = findRing(next, [...path, room]);
    if (ring) return ring;
  }
  return null;
}
