import { readLauncherConfig } from './launcher-config.js';
import { readyBlock } from './ready-block.js';

const block = (env: Record<string, string> = {}): string =>
  readyBlock({ config: readLauncherConfig(env), apiKey: 'ap_test_key', tookMs: 1_840, cwd: process.cwd() });

it('says what runs where, what to click first, how to read on and how to stop', () => {
  expect(block({ SHOP_PORT: '5002' }).split('\n')).toEqual([
    '',
    'Ready in 1.8 s.',
    '',
    '  Shop      http://localhost:5002  <- open this first and buy something',
    '  Gateway   http://localhost:4000  (API reference: http://localhost:4000/docs)',
    '  Bank      http://localhost:4001  (simulator: no real money moves)',
    '  API key   ap_test_key',
    '  DCM       see one operation authorized in both ways: npm run --silent demo:dcm',
    '',
    '  Logs: tail -f .data/logs/gateway.log    Stop: Ctrl-C',
    '',
  ]);
});

it('offers no game with a real bank or a real DCM', () => {
  expect(block({ DCM_BASE_URL: 'https://api.bank.example' })).not.toContain('demo:dcm');
});
