/** Byte by character. The platform decodes this encoding and does not write it, so its own table is turned around. */
const BYTES: ReadonlyMap<string, number> = new Map(
  Array.from(new TextDecoder('windows-1251').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))).map(
    (character, byte) => [character, byte],
  ),
);
const QUESTION_MARK = 0x3f;

/** What the encoding does not have becomes a question mark, as spreadsheets do it. */
export const encodeWindows1251 = (text: string): Buffer =>
  Buffer.from(Array.from(text, (character) => BYTES.get(character) ?? QUESTION_MARK));
