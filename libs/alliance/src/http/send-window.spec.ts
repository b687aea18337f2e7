import { SendWindow } from './send-window.js';

describe('SendWindow', () => {
  const opened = (monotonicMs: number, wallMs: number): SendWindow => {
    const times = { monotonic: [1_000, 1_000 + monotonicMs], wall: [5_000_000, 5_000_000 + wallMs] };
    return new SendWindow(undefined, { monotonic: () => times.monotonic.shift()!, wall: () => times.wall.shift()! });
  };

  it.each<[string, number, number, boolean]>([
    ['at once', 0, 0, false],
    ['after 60 s', 60_000, 60_000, false],
    ['a moment later', 60_001, 60_001, true],
    ['after a machine slept: only the wall clock went on', 3, 60_001, true],
    ['after the wall clock was set back', 60_001, -3_600_000, true],
    ['right after the wall clock was set back', 1, -3_600_000, false],
  ])('%s', (_when, monotonicMs, wallMs, over) => {
    expect(opened(monotonicMs, wallMs).isOver).toBe(over);
  });

  it('goes by the clocks of the process', () => {
    expect(new SendWindow().isOver).toBe(false);
    expect(new SendWindow(-1).isOver).toBe(true);
  });
});
