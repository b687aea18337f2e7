import { CsvError, CsvReader, separatorOf } from './csv.js';
import { RegisterText, TextError } from './register-text.js';

const read = (text: string, size = text.length): unknown[] => {
  const reader = new CsvReader(',');
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()].map(({ line, cells }) => [line, ...cells]);
};

describe('CSV', () => {
  it.each<[string, string, unknown[]]>([
    [
      'lines of any ending',
      'a,b\r\nc,d\ne,f\rg,h',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
        [3, 'e', 'f'],
        [4, 'g', 'h'],
      ],
    ],
    [
      'quoted cells',
      '"a,1","b ""x"""\r\n"c\nd",e\r\nf,g\r\n',
      [
        [1, 'a,1', 'b "x"'],
        [2, 'c\nd', 'e'],
        [4, 'f', 'g'],
      ],
    ],
    [
      'blank cells',
      ',\r\n"",""\r\n',
      [
        [1, '', ''],
        [2, '', ''],
      ],
    ],
    [
      'blank lines',
      'a\n\n\nb\n',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    ['a stray quotation mark', 'a"b,c\n', [[1, 'a"b', 'c']]],
    ['nothing', '', []],
  ])('%s, in pieces of any size', (_what, text, records) => {
    for (const size of [1, 2, 3, 7, 1_000]) expect(read(text, size)).toEqual(records);
  });

  it('says where a quotation mark was left open', () => {
    expect(() => read('a,b\nc,"d\ne,f\n')).toThrow(new CsvError(2));
    expect(() => read(`a\n"${'x'.repeat(70_000)}\n`, 1_000)).toThrow(new CsvError(2));
  });

  it.each([
    ['a;b;c', ';'],
    ['"a;b;c;d",x,y', ','],
    ['a\tb', '\t'],
    ['alone', ','],
  ])('%j is parted by %j', (line, separator) => {
    expect(separatorOf(line)).toBe(separator);
  });
});

const WORDS = 'Сума,Комісія\r\n"Їжак"\r\n';
const windows1251 = (text: string): Uint8Array => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const letters = new TextDecoder('windows-1251').decode(Uint8Array.from(bytes));
  return Uint8Array.from(Array.from(text, (letter) => letters.indexOf(letter)));
};
function decode(bytes: Uint8Array, size: number): { text: string; encoding: string | undefined } {
  const reader = new RegisterText();
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += reader.push(bytes.slice(at, at + size));
  text += reader.end();
  return { text, encoding: reader.encoding };
}

describe('the encoding', () => {
  it.each<[string, Uint8Array, string]>([
    ['utf-8', new TextEncoder().encode(WORDS), WORDS],
    ['utf-8', new TextEncoder().encode(`\u{FEFF}${WORDS}`), WORDS],
    ['utf-8', new TextEncoder().encode(`${'a'.repeat(99)}${WORDS}`), `${'a'.repeat(99)}${WORDS}`],
    ['windows-1251', windows1251(WORDS), WORDS],
    ['windows-1251', windows1251(`${'a'.repeat(99)}Ї`), `${'a'.repeat(99)}Ї`],
    ['windows-1251', windows1251(`${'a,b\n'.repeat(50)}ЇЖ`), `${'a,b\n'.repeat(50)}ЇЖ`],
  ])('%s is found, in pieces of any size', (encoding, bytes, text) => {
    for (const size of [1, 2, 3, 5, 64, 10_000]) expect(decode(bytes, size)).toEqual({ encoding, text });
  });

  it('does not matter where all of it is ASCII', () => {
    expect(decode(new TextEncoder().encode('a,b'), 1)).toEqual({ encoding: undefined, text: 'a,b' });
    expect(decode(new Uint8Array(), 1)).toEqual({ encoding: undefined, text: '' });
  });

  it.each<[string, Uint8Array]>([
    ['a spreadsheet', Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0xff])],
    ['UTF-16', Uint8Array.from([0xff, 0xfe, 0x41, 0x00])],
    ['NUL bytes', Uint8Array.from([0x41, 0x00, 0x41, 0x41, 0x41])],
    ['UTF-8 that goes on in something else', Uint8Array.from([...new TextEncoder().encode('Сума,'), 0xd0, 0xd0, 0x41])],
  ])('%s is refused', (_what, bytes) => {
    for (const size of [1, 3, 100]) expect(() => decode(bytes, size)).toThrow(TextError);
  });
});
