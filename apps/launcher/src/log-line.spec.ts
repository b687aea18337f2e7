import { toTerminal } from './log-line.js';

it.each([
  ['{"level":30,"msg":"request"}', undefined],
  ['{"level":40,"msg":"slow bank"}', '[gateway] warning: slow bank'],
  ['{"level":50,"msg":"failed","err":{"message":"why"}}', '[gateway] error: failed: why'],
  ['PORT is taken', '[gateway] PORT is taken'],
  ['null', '[gateway] null'],
  [' ', undefined],
])('shows %s as %s', (line, shown) => {
  expect(toTerminal('gateway', line)).toBe(shown);
});
