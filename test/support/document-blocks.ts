import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** A fenced block of a document: its language, none for what a reader is shown. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a document, or of one section of it, in order. */
export function blocksOf(file: string, heading?: string): Block[] {
  const text = readFileSync(file, 'utf8');
  const section = heading === undefined ? text : sectionOf(text, heading);
  return [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
}

function sectionOf(text: string, heading: string): string {
  const [, after] = text.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`There is no section "${heading}".`);
  return after.split(/^## /mu)[0] ?? '';
}

/** Members whose values differ from run to run. */
const CHANGING = new Set(['id', 'paymentId', 'createdAt', 'updatedAt', 'expiresAt', 'redirectUrl', 'url', 'instance']);

/** Whether this is the answer that a document shows. `…` in what it shows stands for members that it leaves out. */
export function isTheAnswer(printed: string, shown: string): boolean {
  const expected = readAnswer(shown.replaceAll(/,\s*…\s*\}/gu, '}').replaceAll(/…\s*/gu, ''));
  const answer = Object.entries(readAnswer(printed));
  const compared = shown.includes('…') ? answer.filter(([name]) => name in expected) : answer;
  return isDeepStrictEqual(Object.fromEntries(compared), expected);
}

/** With the type of each changing value in its place. A refund may have ended by the time of its first answer. */
function readAnswer(text: string): Record<string, unknown> {
  const answer = JSON.parse(text.slice(text.indexOf('{')), (name, value: unknown) =>
    CHANGING.has(name) && value !== null ? typeof value : value,
  ) as Record<string, unknown>;
  return answer['object'] === 'refund' ? { ...answer, status: 'any' } : answer;
}

/** Text with every id replaced by one word. */
export const withoutIds = (text: string): string =>
  text.replaceAll(/_[0-9a-f]{32}/gu, '_<id>').replaceAll(/hpp_id=\w+/gu, 'hpp_id=<id>');

/** What links may name of a document: its headings, as GitHub spells them. */
export const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
