import { Sessions } from './sessions.js';

const DAY_MS = 86_400_000;

const bank = () => {
  const time = { now: 0 };
  return { time, sessions: new Sessions(() => time.now) };
};

describe('sessions', () => {
  it('keep neither the key nor the tokens of the one before', async () => {
    const { sessions } = bank();
    const old = await sessions.authorize('code');
    const current = await sessions.authorize('code');
    expect(sessions.snapshot()).toEqual({ current: [current], superseded: [[old.deviceId, 'code']] });
    expect(() => sessions.authenticate(old.deviceId, old.refreshToken)).toThrow('b_session_doesnt_exists');
    expect(() => sessions.authenticate(current.deviceId, old.refreshToken)).toThrow('b_session_doesnt_exists');
  });

  it('of different service codes leave each other alone', async () => {
    const { sessions } = bank();
    const one = await sessions.authorize('one');
    const two = await sessions.authorize('two');
    expect(sessions.expire('two')).toBe(1);
    expect(sessions.authenticate(one.deviceId, one.refreshToken).serviceCode).toBe('one');
    expect(() => sessions.authenticate(two.deviceId, two.refreshToken)).toThrow('b_expired_token');
  });

  it('live for 24 hours to the millisecond', async () => {
    const { time, sessions } = bank();
    const { deviceId, refreshToken } = await sessions.authorize('code');
    time.now = DAY_MS - 1;
    expect(sessions.authenticate(deviceId, refreshToken).lastUsedAt).toBe(DAY_MS - 1);
    time.now = DAY_MS;
    expect(() => sessions.authenticate(deviceId, refreshToken)).toThrow('b_expired_token');
  });

  it('are no longer opened after 200 idle days', async () => {
    const { time, sessions } = bank();
    await sessions.authorize('code');
    time.now = 200 * DAY_MS + 1;
    await expect(sessions.authorize('code')).rejects.toThrow('b_auth_token_expired');
    await expect(sessions.authorize('another')).resolves.toMatchObject({ serviceCode: 'another' });
  });
});
