import { isReadyLine, toTerminal } from './log-line.js';

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

it('knows the ready line', () => {
  expect(isReadyLine('{"level":30,"msg":"listening","url":"http://127.0.0.1:4001"}')).toBe(true);
  expect(isReadyLine('listening')).toBe(false);
});
