import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { nameForBank } from '../domain/customer-name.js';

/** Personal data for the bank's antifraud checks; sealed at rest and never echoed. */
export interface Customer {
  readonly id: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly middleName?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly ip?: string | undefined;
  readonly country?: string | undefined;
  readonly region?: string | undefined;
  readonly city?: string | undefined;
  readonly street?: string | undefined;
  readonly zipCode?: string | undefined;
  /** Ten digits. Of whoever gets a payout, as is the next. */
  readonly taxId?: string | undefined;
  readonly passport?: string | undefined;
}

/** How each optional member is written for the bank; undefined leaves it out. Source: bank docs, customerData (reference o). */
const WRITERS: Readonly<Record<Exclude<keyof Customer, 'id'>, (text: string) => string | undefined>> = {
  firstName: nameForBank,
  lastName: nameForBank,
  middleName: nameForBank,
  email: emailForBank,
  phone: phoneForBank,
  ip: ipForBank,
  country: countryForBank,
  region: (text) => lineForBank(text, 255),
  city: (text) => lineForBank(text, 25),
  street: (text) => lineForBank(text, 35),
  zipCode: (text) => lineForBank(text, 50),
  taxId: (text) => text, // checked when it came
  passport: (text) => lineForBank(text, 255),
};

/**
 * The customer as the bank takes it. What its rules forbid is written otherwise, cut or left out: an optional member is
 * never a reason to refuse the sale.
 */
export function customerForBank(customer: Customer): Customer {
  const members = Object.entries(WRITERS).flatMap(([name, write]) => {
    const text = customer[name as keyof Customer];
    const written = text === undefined ? undefined : write(text);
    return written === undefined ? [] : [[name, written]];
  });
  return { id: customer.id, ...(Object.fromEntries(members) as Partial<Customer>) };
}

/** Characters. */
const EMAIL_MAX = 256;
/** Local part in ASCII as RFC 5322 writes it without quotes. */
const EMAIL = /^([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@([^@]+)$/u;
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/iu;

/** A host in other letters is written in Punycode; a local part in other letters has no other spelling. */
function emailForBank(text: string): string | undefined {
  const [, local = '', domain = ''] = EMAIL.exec(visible(text)) ?? [];
  const host = /^[\w.-]+$/u.test(domain) ? domain : domainToASCII(domain);
  const email = `${local}@${host}`;
  return local !== '' && HOST.test(host) && email.length <= EMAIL_MAX ? email : undefined;
}

/** Digits without `+`; a number as it is dialled in Ukraine gets its country code. */
function phoneForBank(text: string): string | undefined {
  const dialled = visible(text).replaceAll(/[\s()./\p{Pd}]/gu, '');
  if (!/^\+?\d+$/u.test(dialled)) return undefined;
  const digits = dialled.replace(/^(?:\+|00)/u, '').replace(/^8?(0\d{9})$/u, '38$1');
  return /^\d{7,20}$/u.test(digits) ? digits : undefined;
}

/** Proxies hand on lists, and addresses with a port or in brackets: the customer's own is the first. */
function ipForBank(text: string): string | undefined {
  const first = (visible(text).split(',', 1)[0] ?? '').trim();
  const [, v6 = '', v4 = ''] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+)(?::\d+)?)$/u.exec(first) ?? [];
  const ip = (v6 || v4 || first).replace(/%.*$/u, '');
  return isIP(ip) === 0 ? undefined : ip;
}

/** ISO 3166 numeric. */
const COUNTRIES: Readonly<Record<string, string>> = { UA: '804', UKR: '804' };

function countryForBank(text: string): string | undefined {
  const country = visible(text).toUpperCase();
  if (/^\d{1,3}$/u.test(country)) return country.padStart(3, '0');
  return Object.hasOwn(COUNTRIES, country) ? COUNTRIES[country] : undefined;
}

const LETTERS = new Intl.Segmenter('uk', { granularity: 'grapheme' });

/** A line of an address, cut at a letter. @param max characters */
function lineForBank(text: string, max: number): string | undefined {
  let line = '';
  for (const { segment } of LETTERS.segment(visible(text).normalize('NFC'))) {
    if (line.length + segment.length > max) break;
    line += segment;
  }
  return line.trim() || undefined;
}

/** Without what cannot be seen; digits and letters of double width become plain ones. */
const visible = (text: string): string =>
  text
    .replaceAll(/[\uff01-\uff5e]/gu, (wide) => wide.normalize('NFKC'))
    .replaceAll(/[\p{Cf}\u034f]/gu, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
