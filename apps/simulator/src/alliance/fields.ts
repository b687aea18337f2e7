import { checkDate } from '../protocol/refund.fields.js';
import { checkUrl, type FieldRule } from '../protocol/validator.js';

type More = Omit<Partial<FieldRule>, 'name' | 'type'>;

export const text = (name: string, max: number, more: More = {}): FieldRule => ({ name, type: 'string', max, ...more });
export const integer = (name: string, more: More = {}): FieldRule => ({ name, type: 'integer', ...more });
export const flag = (name: string): FieldRule => ({ name, type: 'boolean' });
export const object = (name: string, members: readonly FieldRule[], more: More = {}): FieldRule => ({
  name,
  type: 'object',
  members,
  ...more,
});

export const required: More = { required: true };
/** The documentation's own samples leave it out. */
export const requiredStrict: More = { strict: { required: true } };

const NAME =
  /^[\p{Script=Latin}\p{Script=Cyrillic}\d](?:[\p{Script=Latin}\p{Script=Cyrillic}\d '-]*[\p{Script=Latin}\p{Script=Cyrillic}\d])?$/u;
const FORBIDDEN_NAMES = new Set(['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN']);
/** The printed class of section o, with its accidental range U+0027-U+003D. */
const COMMENT = /^[a-zA-Z0-9 ,.;:@#$%'-=+]*$/;
const BIRTHDAY = /^(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d{4}$/;
/** As long as a compact JWE of a few hundred characters can get, and some. */
const LONGEST_JWE = 20_000;

export const checkName = (value: string): string | undefined => {
  if (!NAME.test(value) || /^\d+$/.test(value))
    return 'must be letters and digits, with space, hyphen or apostrophe between';
  return FORBIDDEN_NAMES.has(value.trim().toUpperCase()) ? 'is a forbidden name' : undefined;
};

const checkComment = (value: string): string | undefined =>
  COMMENT.test(value) ? undefined : 'holds characters that are not allowed';

const checkBirthday = (value: string): string | undefined => (BIRTHDAY.test(value) ? undefined : 'must be DD.MM.YYYY');

const checkCountry = (value: string): string | undefined => (/^\d{3}$/.test(value) ? undefined : 'must be 3 digits');

/** Names, ids and addresses of one side (section o). The samples break half of the formats, so only strict mode keeps them. */
const person = (side: 'sender' | 'recipient', over: Readonly<Record<string, More>> = {}): readonly FieldRule[] =>
  [
    text('CustomerId', 255),
    text('FirstName', 30, { check: checkName }),
    text('LastName', 30, { check: checkName }),
    text('MiddleName', 30, { check: checkName }),
    text('Email', 256),
    text('Country', 50, { strict: { max: 3, check: checkCountry } }),
    text('Region', 255),
    text('City', 25),
    text('Street', 35),
    text('AdditionalAddress', 255),
    text('Itn', 20),
    text('Passport', 255),
    text('Ip', 50),
    text('Phone', 50, { strict: { max: 20 } }),
    text('Birthday', 50, { strict: { check: checkBirthday } }),
    text('Gender', 50, { strict: { values: ['Male', 'Female'] } }),
    text('ZipCode', 50),
  ].map((rule) => ({ ...rule, ...over[rule.name], name: side + rule.name }));

/** Required as senderCustomerId nearly everywhere; four of the printed samples lack it (fixtures/README). */
const CUSTOMER_ID = { CustomerId: requiredStrict };
const FULL_NAME = { FirstName: { ...required, check: checkName }, LastName: { ...required, check: checkName } };

/** The payer alone. */
export const payer = object('customerData', person('sender', { CustomerId: required }), required);
export const payerOfSamples = object('customerData', person('sender', CUSTOMER_ID), required);
/** Payer and recipient of C2A. */
export const bothSides = object('customerData', [...person('sender', CUSTOMER_ID), ...person('recipient')], required);
/** C2A with a decrypted wallet wants the payer's names. */
export const bothSidesNamed = object(
  'customerData',
  [...person('sender', { ...CUSTOMER_ID, ...FULL_NAME }), ...person('recipient')],
  required,
);
/** A2C: the recipient must be known. */
export const recipientAndSender = object(
  'customerData',
  [...person('sender'), ...person('recipient', { CustomerId: required })],
  required,
);
/** Only seen in samples: looked at by nobody. */
export const anyCustomer: FieldRule = { name: 'customerData', type: 'any' };

export const jwe = (name: string, more: More = {}): FieldRule => text(name, LONGEST_JWE, more);
export const anObject = (name: string, more: More = {}): FieldRule => ({ name, type: 'object', ...more });

export const merchantRequestId = text('merchantRequestId', 36, required);
export const merchantId = text('merchantId', 36, required);
export const operationId = text('operationId', 24, required);
export const date = text('date', 50, { ...required, check: checkDate });
export const amount = integer('coinAmount', { ...required, min: 1 });
export const threeDsMode = text('desiredThreeDSMode', 50, {
  values: ['MUST', 'SHOULD', 'MUST_NOT'],
  ...requiredStrict, // marked required although it has a default (trap 68)
});
export const notificationUrl = text('notificationUrl', 1_000, {
  check: checkUrl,
  strict: { max: 255 },
  v2: { max: 1_000 },
});
/** 255 under both authorizations. */
export const shortNotificationUrl = text('notificationUrl', 1_000, { check: checkUrl, strict: { max: 255 } });
export const notificationEncryption = flag('notificationEncryption');
export const purpose = text('purpose', 255);
export const comment = text('comment', 1_000);
export const merchantComment = text('merchantComment', 255, { strict: { check: checkComment } });
export const resultRedirectUrl = text('resultRedirectUrl', 1_000, { strict: { check: checkUrl } });
export const txnType = text('txnType', 10, { values: ['NONCVV', 'noncvv'] });
export const typeToken = text('typeToken', 30, { values: ['NO_TOKEN', 'TOKEN_PER_CUSTOMER'] });

/** What every call that begins a payment takes beside its money and its card. */
export const paymentMembers: readonly FieldRule[] = [
  merchantRequestId,
  merchantId,
  threeDsMode,
  notificationUrl,
  notificationEncryption,
  date,
  comment,
  purpose,
  merchantComment,
  resultRedirectUrl,
];

const BROWSER_MEMBERS = [
  'browserAcceptHeader',
  'browserUserAgent',
  'browserLanguage',
  'browserColorDepth',
  'browserScreenHeight',
  'browserScreenWidth',
  'browserTZ',
];

/** Seven members, all of them once there is one; empty ones are in the samples. Whether 3DS asks for it is known to the bank alone. */
export const browserInfo = (more: More = {}): FieldRule =>
  object(
    'browserInfo',
    BROWSER_MEMBERS.map((name) => text(name, 2_000, requiredStrict)),
    more,
  );
