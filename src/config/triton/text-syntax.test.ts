import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextFault } from './text-lexer.js';
import { parseTextFormat, type TextFields, type TextValue } from './text-syntax.js';

/** A message as pairs, a list as `list`, a scalar as its text behind what it is. */
type Plain = string | { readonly list: readonly Plain[] } | readonly (readonly [string, Plain])[];

const plainFields = (fields: TextFields): Plain =>
  fields.map(({ name, value }) => [name, plain(value)] as const);

function plain(value: TextValue): Plain {
  if (value.kind === 'message') return plainFields(value.fields);
  if (value.kind === 'list') return { list: value.values.map(plain) };
  return value.form === 'string' ? JSON.stringify(value.text) : value.text;
}

const good: [text: string, expected: Plain][] = [
  ['', []],
  ['# only a comment', []],
  ['a: 1', [['a', '1']]],
  [
    'a:1 b:2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  [
    'a: 1, b: 2; c: 3;',
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  ],
  [
    'a: 1 # one\n# two\n b: 2#',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['\ta\r\n:\v1\f', [['a', '1']]],
  [
    'a: 1 a: 2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  [
    'a: -1 b: - 2 c: -.5e-3f',
    [
      ['a', '-1'],
      ['b', '-2'],
      ['c', '-.5e-3f'],
    ],
  ],
  [
    'a: 0x1F b: 017 c: 1. d: 1e3 e: 1.5F',
    [
      ['a', '0x1F'],
      ['b', '017'],
      ['c', '1.'],
      ['d', '1e3'],
      ['e', '1.5F'],
    ],
  ],
  [
    'a: inf b: -inf c: nan',
    [
      ['a', 'inf'],
      ['b', '-inf'],
      ['c', 'nan'],
    ],
  ],
  ['a: TYPE_FP32', [['a', 'TYPE_FP32']]],
  ['_a1: x', [['_a1', 'x']]],
  ['a: "x"', [['a', '"x"']]],
  [
    `a: 'it is "x"' b: "it's"`,
    [
      ['a', JSON.stringify('it is "x"')],
      ['b', '"it\'s"'],
    ],
  ],
  [
    'a: "x" \'y\'\n# between\n "z" b: 1',
    [
      ['a', '"xyz"'],
      ['b', '1'],
    ],
  ],
  [String.raw`a: "\303" "\251"`, [['a', '"é"']]],
  [String.raw`a: "\"\\\n"`, [['a', JSON.stringify('"\\\n')]]],
  ['a: "# no comment"', [['a', '"# no comment"']]],
  ['a: "\ufeff"', [['a', '"\ufeff"']]],
  ['a {}', [['a', []]]],
  [
    'a: {} b <> c: <>',
    [
      ['a', []],
      ['b', []],
      ['c', []],
    ],
  ],
  [
    'a { b { c: 1 } d < e: 2 > }',
    [
      [
        'a',
        [
          ['b', [['c', '1']]],
          ['d', [['e', '2']]],
        ],
      ],
    ],
  ],
  [
    'a: [] b []',
    [
      ['a', { list: [] }],
      ['b', { list: [] }],
    ],
  ],
  ['a: [1, -2,0x3]', [['a', { list: ['1', '-2', '0x3'] }]]],
  ['a: ["x" "y", \'z\']', [['a', { list: ['"xy"', '"z"'] }]]],
  ['a [{b: 1}, <c: 2>]', [['a', { list: [[['b', '1']], [['c', '2']]] }]]],
  ['a: [{}]', [['a', { list: [[]] }]]],
  [
    'a { key: "k", value: { b: 1 } }',
    [
      [
        'a',
        [
          ['key', '"k"'],
          ['value', [['b', '1']]],
        ],
      ],
    ],
  ],
];

for (const [text, expected] of good) {
  test(`${JSON.stringify(text)} is read`, () =>
    assert.deepEqual(plainFields(parseTextFormat(text)), expected));
}

test('every part knows its place', () => {
  const [a, b] = parseTextFormat('a: 1\n # x\n\tb: [ -2,\n  "é" { c: "x"\n "y" } ]'.replace('"é" ', ''));
  assert.deepEqual(a, {
    name: 'a',
    at: { line: 1, column: 1 },
    value: { kind: 'scalar', form: 'number', text: '1', at: { line: 1, column: 4 } },
  });
  assert.deepEqual(b?.at, { line: 3, column: 2 });
  assert.ok(b?.value.kind === 'list');
  assert.deepEqual(
    [b.value, ...b.value.values].map(({ at }) => at),
    [
      { line: 3, column: 5 },
      { line: 3, column: 7 },
      { line: 4, column: 3 },
    ],
  );
});

const bad: [text: string, fault: string][] = [
  ['a', '1:2 expected ":" or "{" after a, found the end of the file'],
  ['a 1', '1:3 expected ":" or "{" after a, found 1'],
  ['a "x"', '1:3 expected ":" or "{" after a, found a text in quotation marks'],
  ['a [1]', '1:4 expected ":" or "{" after a, found 1'],
  ['a:', '1:3 expected a value for a, found the end of the file'],
  ['a: }', '1:4 expected a value for a, found "}"'],
  ['a: ,', '1:4 expected a value for a, found ","'],
  ['a: -', '1:5 expected a number after "-", found the end of the file'],
  ['a: -"x"', '1:5 expected a number after "-", found a text in quotation marks'],
  ['a: --1', '1:5 expected a number after "-", found "-"'],
  ['a: 1,,', '1:6 expected a field name, found ","'],
  ['1: 2', '1:1 expected a field name, found 1'],
  ['"a": 1', '1:1 expected a field name, found a text in quotation marks'],
  ['}', '1:1 expected a field name, found "}"'],
  ['{ a: 1 }', '1:1 expected a field name, found "{"'],
  ['a { 1', '1:5 expected a field name or "}", found 1'],
  ['a < b: 1 }', '1:10 expected a field name or ">", found "}"'],
  ['\na {\n b: 1\n', '4:1 expected "}" for what was opened in line 2, found the end of the file'],
  ['a: [1, 2', '1:9 expected "," or "]", found the end of the file'],
  ['a: [1 2]', '1:7 expected "," or "]", found 2'],
  ['a: [1,]', '1:7 expected a value for a, found "]"'],
  ['a: [[1]]', '1:5 expected a value for a, found "["'],
  ['[x.y]: 1', '1:1 extensions and Any are not known here; expected a field name'],
  ['a { [x.y/z] {} }', '1:5 extensions and Any are not known here; expected a field name'],
  ['a: "x', '1:4 the text that begins here does not end in this line'],
  ['a: "x\ny"', '1:4 the text that begins here does not end in this line'],
  ['a: \'x"', '1:4 the text that begins here does not end in this line'],
  ['a: "x\\', '1:4 the text that begins here does not end in this line'],
  [String.raw`a: "xy\q"`, String.raw`1:7 unknown escape \q`],
  [String.raw`a: "\xff"`, '1:4 the bytes of this text are not valid UTF-8'],
  ['a: 3x', '1:4 "3x" is no number'],
  ['a: 1.2.3', '1:4 1.2.3 is no number'],
  ['a: 0x', '1:4 "0x" is no number'],
  ['a: 1_000', '1:4 "1_000" is no number'],
  ['a: 1e', '1:4 "1e" is no number'],
  ['a: $', '1:4 unexpected character "$"'],
  ['a: 😀', '1:4 unexpected character "😀"'],
  ['a: 1 // x', '1:6 unexpected character "/"'],
  ['{"a": 1}', '1:1 expected a field name, found "{"'],
  ['\u0000', '1:1 unexpected character "\\u0000"'],
  ['a{'.repeat(65), '1:130 nested more than 64 levels deep'],
  [`a: [${'1,'.repeat(20_000)}1]`, '1:40003 more than 20000 values'],
  ['a: 1\n'.repeat(20_001), '20001:4 more than 20000 values'],
];

for (const [text, fault] of bad) {
  test(`${JSON.stringify(text.slice(0, 40))} is no text format: ${fault}`, () => {
    assert.throws(
      () => parseTextFormat(text),
      (thrown) => {
        assert.ok(thrown instanceof TextFault);
        assert.equal(`${thrown.at.line}:${thrown.at.column} ${thrown.message}`, fault);
        return true;
      },
    );
  });
}

test('a megabyte of anything is read or refused at once', () => {
  const texts = ['#', '"', '\\', '{', '9', 'a', ' ', '\n', '""', '#\n', "'x' "].map((part) =>
    part.repeat(1_000_000 / part.length),
  );
  for (const text of [...texts, ...texts.map((text) => `a: ${text}`)]) {
    try {
      parseTextFormat(text);
    } catch (thrown) {
      assert.ok(thrown instanceof TextFault, String(thrown));
    }
  }
});
