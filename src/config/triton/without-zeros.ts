import type { ConfigNode, MapEntry, MapNode } from '#config/node.js';
import type { FieldType, MessageType } from './message-type.js';

/**
 * The start of a sequence is the zero of its enum; a control must say its kind, so this one is kept. It is the only
 * zero that a schema wants to see.
 */
const KEPT = 'CONTROL_SEQUENCE_START';

/**
 * The tree without the fields that protobuf cannot tell from absent ones: `""`, 0, false, the first word of an enum, empty
 * lists and maps. Triton prints a configuration with all of them. Messages and the fields of a choice stay, for there it
 * counts that they are there.
 */
export function withoutZeros(node: MapNode, type: MessageType): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const [name, entry] of node.entries) {
    const field = type.fields.get(name);
    if (field === undefined || (field.oneof === null && isZero(entry.value, field))) continue;
    entries.set(name, { ...entry, value: partsWithoutZeros(entry.value, field) });
  }
  return { ...node, entries };
}

function isZero(node: ConfigNode, { shape, value: type }: FieldType): boolean {
  if (node.kind === 'list') return node.items.length === 0;
  if (node.kind === 'map') return shape === 'map' && node.entries.size === 0;
  if (node.kind === 'null') return true;
  switch (type.kind) {
    case 'text':
      return node.text === '';
    case 'bool':
      return node.text === 'false';
    case 'integer':
    case 'float':
      return Number(node.text) === 0;
    case 'enum':
      return type.numbers.get(node.text) === 0 && node.text !== KEPT;
    case 'message':
      return false;
  }
}

function partsWithoutZeros(node: ConfigNode, { shape, value: type }: FieldType): ConfigNode {
  if (type.kind !== 'message') return node;
  const part = (each: ConfigNode): ConfigNode =>
    each.kind === 'map' ? withoutZeros(each, type.message) : each;
  if (node.kind === 'list') return { ...node, items: node.items.map(part) };
  if (node.kind !== 'map' || shape !== 'map') return part(node);
  const entries = new Map(
    [...node.entries].map(([key, entry]) => [key, { ...entry, value: part(entry.value) }]),
  );
  return { ...node, entries };
}
