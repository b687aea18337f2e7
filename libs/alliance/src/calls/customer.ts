import { z } from 'zod';
import { parseBankTime } from '../wire/bank-time.js';
import { text } from './members.js';

/** Values the bank refuses as a name, whatever their case. Source: bank docs, "customerData". */
const NO_NAMES = ['NULL', '3D SECURE', 'SURNAME', 'CARDHOLDER', 'UNKNOWN'];
const NAME = /^[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ](?:[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ '-]*[A-Za-z0-9А-Яа-яЁёІіЇїЄєҐґ])?$/;

/** Letters and digits, between them blanks, hyphens and `'`; not digits alone. Characters: 30. */
const name = z
  .string()
  .max(30)
  .regex(NAME, 'must be a name as the bank takes it')
  .refine((value) => !/^\d+$/.test(value), 'must not be digits alone')
  .refine((value) => !NO_NAMES.includes(value.toUpperCase()), 'is a value that the bank refuses as a name');

/** A day of the calendar as DD.MM.YYYY. */
const birthday = z
  .string()
  .regex(/^\d{2}\.\d{2}\.\d{4}$/, 'must be DD.MM.YYYY')
  .refine((value) => parseBankTime(`${value} 00:00`) !== undefined, 'must be a day of the calendar');

/** Members of one person; the prefix is `sender` or `recipient`. Lengths in characters. */
const person = {
  CustomerId: text(255),
  FirstName: name,
  LastName: name,
  MiddleName: name,
  Email: text(256),
  /** ISO 3166 numeric, "804". */
  Country: z.string().regex(/^\d{3}$/, 'must be an ISO 3166 number'),
  Region: text(255),
  City: text(25),
  Street: text(35),
  AdditionalAddress: text(255),
  Itn: text(20),
  Passport: text(255),
  /** IPv4 or IPv6. */
  Ip: text(50),
  /** Digits without "+". */
  Phone: z.string().regex(/^\d{1,20}$/, 'must be digits without a plus sign'),
  Birthday: birthday,
  Gender: z.enum(['Male', 'Female']),
  ZipCode: text(50),
} as const;

type Person = typeof person;
type Prefixed<P extends string> = { [K in keyof Person as `${P}${K}`]: z.ZodOptional<Person[K]> };

const optionalPerson = <P extends string>(prefix: P): Prefixed<P> =>
  Object.fromEntries(
    Object.entries(person).map(([member, schema]) => [`${prefix}${member}`, schema.optional()]),
  ) as Prefixed<P>;

const senderMembers = optionalPerson('sender');
const recipientMembers = optionalPerson('recipient');
const customerId = { senderCustomerId: person.CustomerId };

/** The payer. Absent members are left out: the bank refuses blank ones. */
export const payer = z.strictObject({ ...senderMembers, ...customerId });

/** The payer of a wallet's transfer to an account, whose names the bank demands. */
export const namedPayer = z.strictObject({
  ...senderMembers,
  ...recipientMembers,
  ...customerId,
  senderFirstName: name,
  senderLastName: name,
});

/** Payer and, where it is not the merchant, the owner of the account. */
export const payerAndRecipient = z.strictObject({ ...senderMembers, ...recipientMembers, ...customerId });

const paidOut = { ...senderMembers, ...recipientMembers, recipientCustomerId: person.CustomerId };
/** Exactly ten digits. */
const taxId = z.string().regex(/^\d{10}$/, 'must be ten digits');

/** The receiver of a payout, told by tax id or passport. Source: bank docs, "A2C". */
export const payee = z.union([
  z.strictObject({ ...paidOut, recipientItn: taxId }),
  z.strictObject({ ...paidOut, recipientItn: z.undefined().optional(), recipientPassport: person.Passport }),
]);
