/**
 * What ONNX Runtime says when it raises, as one line for a caller: without its source files, C++ signatures and the
 * path of the model.
 *
 *     Non-zero status code returned while running Gather node. Name:'' Status Message: indices element out of …
 *     → Gather node: indices element out of …
 */
export function engineMessage(raw: string): string {
  let text = raw.replace(/\s+/g, ' ').trim();
  text = text.replace(/^(?:Load model from .*? failed:)+/, '');
  text = text.replace(/^Exception during initialization: /, '');
  text = text.replace(
    /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /g,
    (_, op: string, name: string) => (name === '' ? `${op} node: ` : `${op} node "${name}": `),
  );
  text = text.replace(
    /OrtSessionOptionsAppendExecutionProvider_(\w+): Failed to load shared library/,
    'the library of its $1 execution provider is not installed',
  );
  text = withoutSignatures(text);
  text = text.replace(/\b\w+\.(?:cc|cpp|h):\d+ \w+ /g, '');
  text = text.replace(/ Please fix either the inputs\/outputs or the model\.$/, '');
  text = text.replace(/[.\s]+$/, '');
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)} …` : text;
}

const MAX_CHARACTERS = 600;

/** `/onnxruntime_src/…/file.cc:12 type name::function(arguments) condition was false. ` */
const SOURCE_PLACE = /\/\S*onnxruntime\S*\.(?:cc|cpp|h|cu):\d+ /;

function withoutSignatures(text: string): string {
  const place = SOURCE_PLACE.exec(text);
  if (place === null) return text;
  const before = text.slice(0, place.index);
  const after = text.slice(place.index + place[0].length);
  const said = after.slice(signatureLength(after)).replace(/^.{0,200}? was false\. (?=\S)/, '');
  return before + withoutSignatures(said.trimStart());
}

/** The characters up to the end of a function's argument list and what may trail it; 0 where there is none. */
function signatureLength(text: string): number {
  const open = text.indexOf('(');
  if (open === -1) return 0;
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth > 0 || text[at + 1] === '(') continue;
    return at + 1 + (/^(?: const)?(?:::<lambda\(.*?\)>)?/.exec(text.slice(at + 1))?.[0].length ?? 0);
  }
  return 0;
}
