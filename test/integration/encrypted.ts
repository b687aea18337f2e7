/** What a compact JWE looks like; nobody here can open it. */
export const anEncrypted = (mark: string): string =>
  [mark.padEnd(60, 'A'), 'k'.repeat(54), 'i'.repeat(16), `${mark}c`, 't'.repeat(22)].join('.');
export const NUMBER = anEncrypted('number');
export const DATA = anEncrypted('data');
