import {
  CardError,
  type CardErrorCode,
  type CardMember,
  checkCvv,
  checkExpiry,
  checkNumber,
  encryptCard,
  factsOf,
  type PaymentKey,
  readExpiry,
  schemeOf,
} from '#libs/card-encryption';
import { type FieldState, type FrameMessage, listenToPage, post } from './messages.js';

// The page in the frame. What is typed stays in its three inputs; what leaves is encrypted, and goes to one origin.

const MEMBERS: readonly CardMember[] = ['number', 'expiry', 'cvv'];
/** The longest number, and the longest CVV. */
const DIGITS_MAX = 19;
const form = element('card') as HTMLFormElement;
const { origin = '', key = '', texts = '' } = form.dataset;
const paymentKey = JSON.parse(key) as PaymentKey;
const sayings = JSON.parse(texts) as Readonly<Partial<Record<string, string>>>;
const inputs = {
  number: element('number') as HTMLInputElement,
  expiry: element('expiry') as HTMLInputElement,
  cvv: element('cvv') as HTMLInputElement,
};
/** What the customer is told, beside the fields. */
const told: Record<CardMember, CardErrorCode | null> = { number: null, expiry: null, cvv: null };

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

const tell = (message: FrameMessage): void => {
  post(parent, origin, message);
};

const problemOf = (member: CardMember): CardErrorCode | undefined =>
  ({
    number: () => checkNumber(inputs.number.value),
    expiry: () => checkExpiry(inputs.expiry.value),
    cvv: () => checkCvv(inputs.cvv.value, schemeOf(inputs.number.value)),
  })[member]();

function show(member: CardMember, code: CardErrorCode | undefined): void {
  told[member] = code ?? null;
  inputs[member].setAttribute('aria-invalid', String(code !== undefined));
  element(`${member}-error`).textContent = code ? (sayings[code] ?? code) : '';
}

function tellState(): void {
  const fields = Object.fromEntries(
    MEMBERS.map((member): [CardMember, FieldState] => [
      member,
      { empty: inputs[member].value === '', complete: problemOf(member) === undefined, error: told[member] },
    ]),
  ) as Record<CardMember, FieldState>;
  const all = Object.values(fields);
  const scheme = schemeOf(inputs.number.value) ?? null;
  form.dataset['scheme'] = scheme ?? '';
  tell({
    kind: 'change',
    state: { complete: all.every((one) => one.complete), empty: all.every((one) => one.empty), scheme, fields },
  });
}

/** In groups, as on the card. */
function writtenNumber(digits: string): string {
  const groups =
    schemeOf(digits) === 'amex'
      ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/u
      : /^(\d{1,4})(\d{1,4})?(\d{1,4})?(\d{1,4})?(\d{1,3})?/u;
  return (groups.exec(digits)?.slice(1) ?? []).filter(Boolean).join(' ');
}

function writtenExpiry(digits: string): string {
  const whole = digits.length === 6 ? `${digits.slice(0, 2)}${digits.slice(4)}` : digits;
  const [month, year] = [whole.slice(0, 2), whole.slice(2, 4)];
  if (/^[2-9]$/u.test(month)) return `0${month} / `;
  return month.length < 2 ? month : `${month} / ${year}`;
}

const WRITTEN: Readonly<Record<CardMember, (digits: string) => string>> = {
  number: (digits) => writtenNumber(digits.slice(0, DIGITS_MAX)),
  expiry: writtenExpiry,
  cvv: (digits) => digits.slice(0, factsOf(schemeOf(inputs.number.value) ?? 'visa').cvvLength),
};

/** Writes a field as it is usual, with the caret behind the digit that it was behind. */
function rewrite(member: CardMember, deleted: boolean): void {
  const input = inputs[member];
  const { value, selectionStart } = input;
  const filled = member === 'expiry' ? readExpiry(value) : undefined; // 3/2027, by a browser that knows the card
  const digits = filled
    ? [filled.month, filled.year % 100].map((part) => String(part).padStart(2, '0')).join('')
    : value.replace(/\D/gu, '');
  const isAtEnd = selectionStart === null || selectionStart >= value.length;
  const before = value.slice(0, selectionStart ?? 0).replace(/\D/gu, '').length;
  const written = WRITTEN[member](digits);
  input.value = deleted ? written.replace(/[ /]+$/u, '') : written; // else a blank that was deleted comes back for good
  if (isAtEnd) return;
  let caret = 0;
  for (let seen = 0; seen < before && caret < written.length; caret += 1)
    if (/\d/u.test(written.charAt(caret))) seen += 1;
  input.setSelectionRange(caret, caret);
}

async function encrypt(id: number): Promise<void> {
  const wrong = MEMBERS.find((member) => problemOf(member) !== undefined);
  for (const member of MEMBERS) show(member, problemOf(member));
  tellState();
  if (wrong) inputs[wrong].focus();
  try {
    const card = { number: inputs.number.value, expiry: inputs.expiry.value, cvv: inputs.cvv.value };
    tell({ kind: 'encrypted', id, ...(await encryptCard(card, paymentKey)) });
  } catch (error) {
    const { code, member } = error instanceof CardError ? error : { code: 'CARD_FIELDS_UNAVAILABLE' as const };
    tell({ kind: 'refused', id, code, ...(member && { member }) });
  }
}

function clear(): void {
  for (const member of MEMBERS) {
    inputs[member].value = '';
    show(member, undefined);
  }
  tellState();
}

function start(): void {
  for (const member of MEMBERS) {
    inputs[member].addEventListener('input', (event) => {
      const inputType = event.inputType as string | undefined; // a browser that fills in tells none
      rewrite(member, inputType?.startsWith('delete') ?? false);
      show(member, undefined);
      tellState();
    });
    inputs[member].addEventListener('blur', () => {
      if (inputs[member].value !== '') show(member, problemOf(member));
      tellState();
    });
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell({ kind: 'submit' });
  });
  addEventListener('pagehide', clear); // neither the way back nor a restored session shows a card
  listenToPage({ window: () => parent, origin }, (message) => {
    if (message.kind === 'encrypt') void encrypt(message.id);
    else if (message.kind === 'clear') clear();
    else inputs[message.field].focus();
  });
  new ResizeObserver(() => {
    tell({ kind: 'height', height: document.documentElement.getBoundingClientRect().height });
  }).observe(document.documentElement);
  tell({ kind: 'ready' });
}

if (parent !== window) start();
