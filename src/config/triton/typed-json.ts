import {
  type ConfigNode,
  itemSpot,
  keyPlace,
  type MapEntry,
  type MapNode,
  nameOfNode,
} from '#config/node.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { unknownKey } from '#config/schema.js';
import { fieldValue, nameOfType } from './field-value.js';
import type { FieldType, MessageType, ValueType } from './message-type.js';

/**
 * The same tree as `typedText` makes, from JSON by the rules of protobuf (protobuf.dev/programming-guides/json): keys in
 * either spelling, `max_batch_size` or `maxBatchSize`, numbers with or without quotation marks, enums by name or number,
 * `null` for nothing.
 */
export function typedJson(node: ConfigNode, type: MessageType, place: Place, report: Report): MapNode | null {
  if (node.kind !== 'map') {
    report.problem(place, `expected an object, found ${nameOfNode(node)}`);
    return null;
  }
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const field = fieldOf(type, key);
    const at = keyPlace(place, key, entry.key);
    if (field === undefined) report.problem(at, unknownKey(key, [...type.fields.keys()]));
    else if (entries.has(field.name)) report.problem(at, `${field.name} is given twice; expected it once`);
    else if (entry.value.kind !== 'null') {
      checkChoice(field, type, entries, at, report);
      const value = fieldNode(field, entry.value, keyPlace(place, key, entry.value), report);
      if (value !== null) entries.set(field.name, { key: entry.key, value });
    }
  }
  return { ...node, entries };
}

function fieldOf({ fields }: MessageType, key: string): FieldType | undefined {
  return fields.get(key) ?? [...fields.values()].find(({ jsonName }) => jsonName === key);
}

function checkChoice(
  { name, oneof }: FieldType,
  { fields }: MessageType,
  entries: ReadonlyMap<string, MapEntry>,
  at: Place,
  report: Report,
): void {
  if (oneof === null) return;
  const rival = [...entries.keys()].find((other) => other !== name && fields.get(other)?.oneof === oneof);
  if (rival !== undefined) report.problem(at, `it cannot be used with ${rival}; expected one of them`);
}

function fieldNode(field: FieldType, node: ConfigNode, place: Place, report: Report): ConfigNode | null {
  switch (field.shape) {
    case 'single':
      return valueNode(field.value, node, place, report);
    case 'list':
      return listNode(field.value, node, place, report);
    case 'map':
      return mapNode(field, node, place, report);
  }
}

function listNode(type: ValueType, node: ConfigNode, place: Place, report: Report): ConfigNode | null {
  if (node.kind !== 'list') {
    report.problem(place, `expected a list, found ${nameOfNode(node)}`);
    return null;
  }
  const items: ConfigNode[] = [];
  node.items.forEach((item, i) => {
    const value = valueNode(type, item, itemSpot(place, i, item).place, report);
    if (value !== null) items.push(value);
  });
  return { ...node, items };
}

function mapNode(
  { key: keyType, value: type }: FieldType,
  node: ConfigNode,
  place: Place,
  report: Report,
): ConfigNode | null {
  if (node.kind !== 'map') {
    report.problem(place, `expected an object, found ${nameOfNode(node)}`);
    return null;
  }
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const name = keyType === null ? { text: key } : fieldValue(keyType, 'any', key);
    if ('fault' in name) report.problem(keyPlace(place, key, entry.key), name.fault);
    const value = valueNode(type, entry.value, keyPlace(place, key, entry.value), report);
    if ('text' in name && value !== null) entries.set(name.text, { key: entry.key, value });
  }
  return { ...node, entries };
}

function valueNode(type: ValueType, node: ConfigNode, place: Place, report: Report): ConfigNode | null {
  if (type.kind === 'message') return typedJson(node, type.message, place, report);
  if (node.kind !== 'scalar') {
    report.problem(place, `expected ${nameOfType(type)}, found ${nameOfNode(node)}`);
    return null;
  }
  const value = fieldValue(type, 'any', node.text);
  if ('text' in value) return { ...node, text: value.text };
  report.problem(place, value.fault);
  return null;
}
