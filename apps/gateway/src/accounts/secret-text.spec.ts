import { inspect } from 'node:util';
import { SecretText } from './secret-text.js';

describe('SecretText', () => {
  const secret = SecretText.of('service-code-canary');

  it('gives the secret to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe('service-code-canary');
    expect(secret.equals('service-code-canary')).toBe(true);
    expect(secret.equals('another')).toBe(false);
  });

  it.each<[how: string, show: () => string]>([
    ['a template', () => `secret: ${String(secret)}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { depth: 10, showHidden: true })],
    ['its members', () => JSON.stringify(Object.entries(secret))],
    ['a copy', () => inspect(structuredClone({ ...(secret as object) }))],
  ])('is hidden in %s', (_how, show) => {
    expect(show()).not.toContain('canary');
  });
});
