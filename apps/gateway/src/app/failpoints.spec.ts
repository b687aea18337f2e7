import { globSync, readFileSync } from 'node:fs';
import { FOLLOW_UP_KINDS, INTENT_KINDS } from '../payments/domain/operation.js';
import { STEP_NAMES } from '../payments/kinds/steps.js';
import { FAILPOINTS } from './failpoints.js';

const sources = globSync('apps/gateway/src/**/*.ts', { exclude: (name) => name.endsWith('.spec.ts') }).map((file) => ({
  file,
  text: readFileSync(file, 'utf8'),
}));
const found = (pattern: RegExp): string[] =>
  sources.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name));

describe('the failpoints', () => {
  it('are each named once', () => {
    expect(new Set(FAILPOINTS).size).toBe(FAILPOINTS.length);
  });

  it.each([...INTENT_KINDS, ...FOLLOW_UP_KINDS])('have the moments of a %s', (kind) => {
    const moments = FAILPOINTS.filter((name) => name.startsWith(`${kind}.`)).map((name) => name.split('.')[2]);
    expect(moments).toEqual(expect.arrayContaining(['due', 'begun', 'answered', 'concluded']));
  });

  it.each(STEP_NAMES)('have the moments of the step %s', (step) => {
    const moments = FAILPOINTS.filter((name) => name.split('.')[1] === step).map((name) => name.split('.')[2]);
    expect(moments).toEqual(expect.arrayContaining(['due', 'begun', 'answered', 'concluded']));
  });

  it('have every moment of a step in the engine', () => {
    const ofSteps = FAILPOINTS.filter((name) => STEP_NAMES.some((step) => name.includes(`.${step}.`)));
    const moments = new Set(ofSteps.map((name) => name.split('.')[2]));
    expect(new Set(found(/reachStep\([^']*'(\w+)'\)/gu))).toEqual(moments);
  });

  it('are where they are named, and named where they are', () => {
    const literal = FAILPOINTS.filter((name) => name.split('.').length === 2);
    expect(found(/\breach\('([\w.]+)'\)/gu).toSorted()).toEqual(literal.toSorted());
  });

  it('have every worker that claims what it handles', () => {
    const workers = found(/new (?:Due|Round)Worker<(?!never)[^(]*>\(\{\s+name: '([\w-]+)'/gu);
    const named = FAILPOINTS.filter((name) => name.startsWith('job.'));
    expect(workers.map((name) => `job.${name}.claimed`).toSorted()).toEqual(named.toSorted());
  });
});
