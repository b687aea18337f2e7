import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Room → the rooms that it imports from. */
type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

const IMPORT = /(?:from|import\(|import) ?'(\.{1,2}\/[^']+)\.js'/gu;
/** Folders whose insides are drawn, too. */
const PICTURES = ['apps/gateway/src', 'apps/gateway/src/payments'] as const;
export const BEGIN = '<!-- rooms: written by "npm run docs:rooms" -->';
export const END = '<!-- rooms: end -->';

/** The pictures of docs/architecture.md, from the imports of today. An arrow that follows from others is left out. */
export const roomPictures = (): string => [BEGIN, ...PICTURES.map(pictureOf), END].join('\n\n');

/** @returns the text with the pictures of today between the two marks */
export function withPictures(text: string): string {
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`There is no place for the pictures between ${BEGIN} and ${END}.`);
  return text.slice(0, before) + roomPictures() + text.slice(after + END.length);
}

function pictureOf(folder: string): string {
  const arrows = reduced(arrowsIn(folder));
  const lines = [...arrows].flatMap(([room, others]) =>
    [...others].toSorted().map((other) => `  ${nodeOf(room)} --> ${nodeOf(other)}`),
  );
  return `\`${folder}\`:\n\n\`\`\`mermaid\nflowchart TD\n${lines.join('\n')}\n\`\`\``;
}

/** Mermaid takes no `-` followed by `>` in a name, and `end` is a word of its own. */
const nodeOf = (room: string): string => `${room.replaceAll('-', '_')}["${room}/"]`;

function arrowsIn(folder: string): Arrows {
  const rooms = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    rooms.map(({ name }) => [name, importedBy(folder, name)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function importedBy(folder: string, room: string): Set<string> {
  const files = readdirSync(path.join(folder, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => path.join(folder, room, name));
  const targets = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, target = '']) =>
      path.relative(folder, path.join(path.dirname(file), target)),
    ),
  );
  const rooms = targets
    .filter((target) => !target.startsWith('..'))
    .flatMap((target) => target.split(path.sep).slice(0, -1).slice(0, 1));
  return new Set(rooms.filter((other) => other !== room));
}

/** What can be reached in several steps needs no arrow of its own. */
function reduced(arrows: Arrows): Arrows {
  const reaches = (from: string, to: string): boolean =>
    [...(arrows.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  return new Map(
    [...arrows].map(([room, others]) => [
      room,
      new Set([...others].filter((to) => ![...others].some((via) => via !== to && reaches(via, to)))),
    ]),
  );
}
