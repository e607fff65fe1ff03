import { readDocument } from '#config/document.js';
import type { MapNode, Position } from '#config/node.js';
import { filePlace, type Place } from '#config/problem.js';
import { Report } from '#config/report.js';
import { CONFIGURATION, type TextKind } from '#config/text-file.js';
import { clip } from '#core/clip.js';
import { messageOf } from '#core/errors.js';
import { MODEL_CONFIG } from './message-type.js';
import { TextFault } from './text-lexer.js';
import { parseTextFormat, type TextFields } from './text-syntax.js';
import { type TritonModelConfig, tritonModel } from './triton-model.js';
import { typedJson } from './typed-json.js';
import { typedText } from './typed-text.js';
import { withoutUnsupported } from './unsupported.js';
import { withoutZeros } from './without-zeros.js';

/**
 * What comes with a request is read while all others wait. A file of our own takes a few thousand bytes; 64 KiB of brackets take a
 * third of a second.
 */
const OF_A_REQUEST: TextKind = { what: "a request: it belongs in the model's folder", maxBytes: 64 * 1024 };

/**
 * Reads the text of a `config.pbtxt`, shown to the user as `file`. Null after reporting why it cannot be used: the first
 * place that is no text format, or else everything that is wrong.
 */
export function readTritonConfig(text: string, file: string, report: Report): TritonModelConfig | null {
  const place = { ...filePlace(file), line: 1, column: 1 };
  return readWith(place, report, (findings) => {
    const fields = parsed(text, place, findings);
    return fields && typedText(fields, MODEL_CONFIG, place, findings);
  });
}

/**
 * The same for ModelConfig in JSON, as the parameter `config` of a load has it. `place` says what it came with, and is
 * shown in place of a file.
 */
export function readTritonConfigJson(text: string, place: string, report: Report): TritonModelConfig | null {
  const start = { ...filePlace(place), line: 1, column: 1 };
  return readWith(start, report, (findings) => {
    if (isTooLong(text, OF_A_REQUEST, start, findings)) return null;
    // JSON is YAML, whose reader knows lines and columns.
    const yaml = new Report();
    const document = readDocument(text, place, yaml);
    const fault = jsonFault(text);
    if (fault === null) findings.absorb(yaml);
    else findings.problem({ ...start, ...positionOf(yaml) }, `not valid JSON: ${fault}`);
    if (fault !== null) return null;
    return document && typedJson(document.node, MODEL_CONFIG, document.place, findings);
  });
}

/** What holds for a model without a configuration: everything is as its file and the server's own defaults have it. */
export function autoCompleted(place: Place): TritonModelConfig {
  const nothing: MapNode = { kind: 'map', entries: new Map(), line: null, column: null };
  const config = tritonModel.read({ node: nothing, place }, new Report());
  // No key of the schema is required.
  return config as TritonModelConfig;
}

/**
 * The configuration with the name of its folder, which must be its own if it says one; null after reporting that it is
 * another.
 */
export function namedAs(config: TritonModelConfig, folder: string, report: Report): TritonModelConfig | null {
  const { entry, namePlace } = config;
  if (entry.name === '' || entry.name === folder) return { ...config, entry: { ...entry, name: folder } };
  const [found, expected] = [entry.name, folder].map((name) => JSON.stringify(clip(name)));
  report.problem(
    namePlace,
    `the name is ${found}, and the folder is called ${expected}; expected the same, or no name`,
  );
  return null;
}

/** @param read the tree of the message, or null after reporting why there is none */
function readWith(
  place: Place,
  report: Report,
  read: (findings: Report) => MapNode | null,
): TritonModelConfig | null {
  // Problems of others do not count here.
  const findings = new Report();
  const tree = read(findings);
  const config = tree === null || findings.problems.length > 0 ? undefined : modelOf(tree, place, findings);
  report.absorb(findings);
  return config === undefined || findings.problems.length > 0 ? null : config;
}

function modelOf(tree: MapNode, place: Place, findings: Report): TritonModelConfig | undefined {
  const node = withoutUnsupported(withoutZeros(tree, MODEL_CONFIG), place, findings);
  return tritonModel.read({ node, place }, findings);
}

function parsed(text: string, place: Place, report: Report): TextFields | null {
  if (isTooLong(text, CONFIGURATION, place, report)) return null;
  try {
    return parseTextFormat(text);
  } catch (thrown) {
    if (!(thrown instanceof TextFault)) throw thrown;
    report.problem({ ...place, ...thrown.at }, thrown.message);
    return null;
  }
}

function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (thrown) {
    // The place is told by us.
    return messageOf(thrown).replace(/ (in JSON )?at position \d+.*$/, '');
  }
}

/** Where the first problem is, if it is known. */
function positionOf({ problems: [first] }: Report): Partial<Position> {
  return first?.line ? { line: first.line, column: first.column } : {};
}

function isTooLong(text: string, { maxBytes, what }: TextKind, place: Place, report: Report): boolean {
  if (text.length <= maxBytes) return false;
  report.problem(place, `more than ${maxBytes} characters, too large for ${what}`);
  return true;
}
