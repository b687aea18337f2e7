import { readdirSync, readFileSync } from 'node:fs';
import { type JsonObject } from '../protocol/body-codec.js';
import { type Protocol, validate } from '../protocol/validator.js';
import { V1_PREFIX, V2_PREFIX } from './call.js';
import { CALL_NAMES, type CallName } from './call-names.js';
import { CALLS } from './calls.js';

const FOLDER = 'test/fixtures/alliance';
const ENCODINGS: Readonly<Record<string, string>> = { json: 'json', 'jwe-text': 'jwe', 'jws-text': 'jws' };

interface Endpoint {
  readonly id: string;
  readonly auth: string;
  readonly path: string;
  readonly bodyEncoding: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));
/** Without the calls that nobody makes under an account, and the pages of a browser. */
const ENDPOINTS = (read('endpoints.json') as readonly Endpoint[]).filter(
  ({ id }) => !/^(?:auth|cipher|keys|browser)\./.test(id),
);

/** The files are named by the id, its dots and leading group folded into dashes; these by another word. */
const FOLDED: Readonly<Partial<Record<CallName, string>>> = {
  'h2h.preauth.completion': 'h2h-completion',
  'h2h.operations.get': 'h2h-operations',
  'h2h.balance.get': 'h2h-balance',
  'jws.cardholder.verify-card-inn': 'jws-verify-card-inn',
  'recurring.payment.force': 'recurring-forced-payment',
  'recurring.payment.initial': 'recurring-initial-payment',
};

/** What stands in a printed body for something that the page's script would fill in. */
const filled = (value: unknown, name = ''): unknown => {
  if (Array.isArray(value)) return value.map((one) => filled(one));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, key)]));
  if (name === 'date') return '2026-07-13 13:04:36.46+02:00';
  const isBlank = value === '' && ['operationId', 'encryptedCardNumber'].includes(name);
  const isOpen = isBlank || (typeof value === 'string' && value.startsWith('{{'));
  return isOpen ? '1697008393082nW0c1jr6KVv' : value;
};

const PRINTED = CALL_NAMES.flatMap((name) => {
  const folded = FOLDED[name] ?? name.replaceAll('.', '-');
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${folded}.`) && file.endsWith('.request.json'))
    .map((file) => ({ name, file }));
});

describe('the table of calls', () => {
  it('has every documented endpoint at its path and in its encoding', () => {
    const rows = CALL_NAMES.flatMap((name) => {
      const { v1, v2 } = CALLS[name];
      return [...(v1 ? [`${V1_PREFIX}${v1.path} ${v1.encoding}`] : []), ...(v2 ? [`${V2_PREFIX}${v2.path} jws`] : [])];
    });
    const documented = ENDPOINTS.map(({ path, bodyEncoding }) => `${path} ${ENCODINGS[bodyEncoding] ?? ''}`);
    expect(rows.sort()).toEqual(documented.sort());
    expect([CALL_NAMES.length, rows.length]).toEqual([50, 85]);
  });

  it.each(PRINTED)('$name: a lenient bank takes the printed $file as it stands', ({ name, file }) => {
    const body = filled(read(file)) as JsonObject;
    const protocols: Protocol[] = [
      ...(CALLS[name].v1 ? ['1.0' as const] : []),
      ...(CALLS[name].v2 ? ['2.0' as const] : []),
    ];
    for (const protocol of protocols) {
      const { value, errors } = validate(body, CALLS[name].fields, { strict: false, protocol });
      expect([...errors, ...(CALLS[name].errors?.(value) ?? [])]).toEqual([]);
    }
  });
});
