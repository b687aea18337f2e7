import {
  allowedValue,
  asGiven,
  type DocumentedMember,
  documentedEndpoints,
  publishedBodies,
  STRAY,
} from '../../test/published-bodies.js';
import { type CallId, CALLS, rowOf } from './calls.js';

type Body = Record<string, unknown>;
const IDS = Object.keys(CALLS) as CallId[];
const ENDPOINTS = documentedEndpoints();
/** The documents' own list tells the encoding of a 1.0 body as `json` or `jwe-text`. */
const ENCODINGS: Readonly<Record<string, string>> = { json: 'json', 'jwe-text': 'jwe' };

const membersOf = (id: CallId): readonly DocumentedMember[] =>
  ENDPOINTS.find((endpoint) => endpoint.id === id)?.request ?? [];
const samplesOf = (id: CallId): { file: string; body: Body }[] => {
  const { fills } = rowOf(id);
  return publishedBodies(id, 'request').map((published) => ({
    file: published.file,
    body: asGiven(id, fills, published),
  }));
};
const SAMPLES = IDS.flatMap((id) => samplesOf(id).map(({ file, body }) => ({ id, file, body })));

/** The objects that hold the last member of a path, such as `rules[].coinAmount` or `customerData.senderPhone`. */
function holders(body: unknown, path: readonly string[]): Body[] {
  const [head, ...rest] = path;
  if (head === undefined || typeof body !== 'object' || body === null) return [];
  if (rest.length === 0) return [body as Body];
  const inner = (body as Body)[head.replace('[]', '')];
  return (Array.isArray(inner) ? inner : [inner]).flatMap((item) => holders(item, rest));
}
const lastOf = ({ name }: DocumentedMember): string => name.split('.').at(-1)?.replace('[]', '') ?? name;

const copyOf = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const copy = Array.isArray(value)
    ? value.map(copyOf)
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)]));
  return copy as T;
};

/** A copy of the body in which the member was changed everywhere; undefined where the sample has no place for it. */
function changed(body: Body, member: DocumentedMember, change: (holder: Body, name: string) => void): Body | undefined {
  const copy = copyOf(body);
  const places = holders(copy, member.name.split('.'));
  for (const place of places) change(place, lastOf(member));
  return places.length > 0 ? copy : undefined;
}

const A_RULE = {
  ...{ paymentNumberFrom: 1, paymentNumberTo: 2, intervalValue: 1, intervalUnit: 'DAY' },
  ...{ coinAmount: 100, currency: '980' },
};

/** Members of the tables that only some bodies of a call may carry. */
const ONLY_IN: Readonly<Record<string, (body: Body) => boolean>> = {
  priorityBankCode: ({ hppPayType }) => hppPayType === 'A2A',
  paymentCategoryGoal: ({ hppPayType }) => hppPayType === 'A2A',
  generateQrNbu: ({ hppPayType }) => hppPayType === 'A2A',
  editableAmount: ({ hppPayType }) => hppPayType === 'A2A',
  neverExpire: ({ hppPayType }) => hppPayType === 'A2A',
  txnType: (body) => !('cvv' in body), // one or the other
};
const belongsTo = (member: string, body: Body): boolean => ONLY_IN[member]?.(body) ?? true;

/** What the documents forbid of a member, wherever it stands. */
const UNPRINTABLE: Readonly<Record<string, readonly unknown[]>> = {
  senderBirthday: ['32.13.2050', '22081989', '12/12/2000', '2000-12-31', '31.02.2000', '01.00.2000', ''],
  recipientBirthday: ['32.13.2050', '30.02.2000'],
  merchantComment: ['Замовлення 42', 'https://shop.example/42', 'a*b', 'a(b)', 'a\nb', ''],
  browserAcceptHeader: [''],
  browserTZ: ['', 180],
  recipientAccount: ['UA 12 3052 9926', '305299', `UA12${'0'.repeat(31)}`],
  senderAccount: ['305299', 'ua123052990000260221199'],
  purpose: ['', '𝔘'.repeat(128)], // 128 letters, 256 units
  name: ['𝔘'.repeat(76)],
  rules: [[], [A_RULE, A_RULE], [{ ...A_RULE, paymentNumberFrom: 2 }], [{ ...A_RULE, paymentNumberTo: 0 }]],
  filters: [[], [{ operator: 'LIKE', value: '' }], [{ field: 'status', operator: 'IN', value: [] }]],
  preAuthExpDate: [new Date('+010000-01-01'), new Date(Number.NaN), '2026-07-15 10:00:00.00+03:00'],
};

/** A copy in which the member, at any depth, has another value; undefined where there is none. */
function changedWherever(body: Body, member: string, value: unknown): Body | undefined {
  const copy = copyOf(body);
  const places = [copy, copy['customerData'], copy['browserInfo']].filter(
    (place): place is Body => typeof place === 'object' && place !== null && member in place,
  );
  for (const place of places) place[member] = value;
  return places.length > 0 ? copy : undefined;
}

const accepts = (id: CallId, body: unknown): boolean => rowOf(id).body.safeParse(body).success;

describe('the table of calls', () => {
  it('has every documented endpoint once, at its path and in its encoding', () => {
    const rows = IDS.flatMap((id) => {
      const { v1, v2, open, page } = rowOf(id);
      const only = v2 && !v1 ? id : `${id}.jws`;
      return [
        ...(v1 ? [[id, v1.path, v1.encoding]] : []),
        ...(v2 ? [[only, v2.path, 'jws']] : []),
        ...(open ? [[id, open.path, 'open']] : []),
        ...(page ? [[id, page.path, 'page']] : []),
      ].map((row) => row.join(' '));
    });
    const documented = ENDPOINTS.map(({ id, path, auth, method, bodyEncoding }) => {
      const isOpen = /^(?:auth|cipher|keys)\./.test(id);
      const form = method === 'GET' ? 'page' : isOpen ? 'open' : auth === '2.0' ? 'jws' : ENCODINGS[bodyEncoding];
      return [id, path, form].join(' ');
    });
    expect(rows.sort()).toEqual(documented.sort());
    expect([IDS.length, documented.length]).toEqual([57, 92]);
  });

  it('fills in exactly what a body documents of merchantId and date', () => {
    const wrong = IDS.filter((id) => {
      const documented = ['merchantId', 'date'].filter((member) => membersOf(id).some(({ name }) => name === member));
      const ownMeaning = id === 'h2h.applepay.session'; // Apple's merchant identifier, given by the caller
      return !ownMeaning && String(documented) !== String(rowOf(id).fills);
    });
    expect(wrong).toEqual([]);
  });

  it.each(SAMPLES)('$id takes the published $file', ({ id, body }) => {
    expect(rowOf(id).body.safeParse(body).error?.issues).toBeUndefined();
  });

  it('has a published example of every call that is not listed here', () => {
    const without = IDS.filter((id) => samplesOf(id).length === 0);
    expect(without).toEqual([
      'h2h.operations.by-merchant-request-id',
      ...IDS.filter((id) => rowOf(id).open ?? rowOf(id).page),
    ]);
  });

  it.each(SAMPLES)('$id refuses $file without a required member', ({ id, body }) => {
    const required = membersOf(id).filter(({ name, required: needed }) => {
      const filled = rowOf(id).fills.includes(name as 'date');
      return needed === true && !filled && !name.includes('#') && !name.startsWith('?');
    });
    const taken = required.filter((member) => {
      const without = changed(body, member, (holder, name) => Reflect.deleteProperty(holder, name));
      return without !== undefined && accepts(id, without);
    });
    expect(taken.map(({ name }) => name)).toEqual([]);
  });

  it.each(SAMPLES)('$id refuses $file with a member that is too long', ({ id, body }) => {
    const bounded = membersOf(id).filter(
      ({ name, maxLength }) => maxLength && !rowOf(id).fills.includes(name as 'date'),
    );
    const taken = bounded.filter((member) => {
      const long = 'A'.repeat((member.maxLength ?? 0) + 1);
      const value = lastOf(member).endsWith('Url') ? `https://example.com/${long}` : long;
      const tooLong = changed(body, member, (holder, name) => (holder[name] = value));
      return tooLong !== undefined && accepts(id, tooLong);
    });
    expect(taken.map(({ name }) => name)).toEqual([]);
  });

  it.each(SAMPLES)('$id refuses $file with a word that no list knows', ({ id, body }) => {
    const listed = membersOf(id).filter((member) => member.enum);
    const taken = listed.filter((member) => {
      const word = changed(body, member, (holder, name) => (holder[name] = 'SOMETHING_ELSE'));
      return word !== undefined && accepts(id, word);
    });
    expect(taken.map(({ name }) => name)).toEqual([]);
  });

  it.each(SAMPLES)('$id takes every optional member of the tables beside $file', ({ id, body }) => {
    const optional = membersOf(id).filter(
      ({ name, required }) =>
        required === false && !name.includes('#') && !STRAY[id]?.includes(name) && belongsTo(name, body),
    );
    const refused = optional.filter((member) => {
      const more = changed(body, member, (holder, name) => (holder[name] ??= allowedValue(member)));
      return more !== undefined && !accepts(id, more);
    });
    expect(refused.map(({ name }) => name)).toEqual([]);
  });

  it.each(SAMPLES)('$id keeps to the printed formats, whatever the sample $file does', ({ id, body }) => {
    const formats = Object.entries(UNPRINTABLE).flatMap(([name, values]) => values.map((value) => ({ name, value })));
    const taken = formats.filter(({ name, value }) => {
      const wrong = changedWherever(body, name, value);
      return wrong !== undefined && accepts(id, wrong);
    });
    expect(taken).toEqual([]);
  });

  it.each(SAMPLES)('$id refuses $file with a member that nobody knows', ({ id, body }) => {
    expect(accepts(id, { ...body, surprise: 1 })).toBe(false);
  });

  it.each(IDS.flatMap((id) => publishedBodies(id, 'response').map(({ file, body }) => ({ id, file, body }))))(
    '$id reads the published $file',
    ({ id, body }) => {
      expect(rowOf(id).answer.safeParse(body).error?.issues).toBeUndefined();
    },
  );
});
