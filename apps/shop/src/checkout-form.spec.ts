import { customerOf, enteredCard, formProblems, gatewayProblems } from './checkout-form.js';
import { DICTIONARIES } from './i18n.js';

const t = DICTIONARIES.en;

it.each([
  ['Олена Петренко', { firstName: 'Олена', lastName: 'Петренко' }],
  ['  Anna   Maria  van Dyke ', { firstName: 'Anna', lastName: 'Maria van Dyke' }],
  ['Cher', { firstName: 'Cher' }],
])('splits %j', (name, parts) => {
  expect(customerOf({ name, email: ' a@example.com ', way: 'page' }, 'c1')).toEqual({
    id: 'c1',
    email: 'a@example.com',
    ...parts,
  });
});

it.each([
  [{ name: 'Olena', email: 'olena@example.com' }, undefined],
  [{ name: ' ', email: 'olena@example.com' }, { name: t.nameProblem }],
  [
    { name: 'x'.repeat(61), email: 'olena' },
    { name: t.nameProblem, email: t.emailProblem },
  ],
])('checks %j', (form, problems) => {
  expect(formProblems({ ...form, way: 'page' }, t)).toEqual(problems);
});

it.each([
  ['customer.firstName', { name: t.nameRefused }],
  ['/customer/lastName', { name: t.nameRefused }],
  ['customer.email', { email: t.emailRefused }],
  ['amount', { form: t.formRefused }],
])('puts a problem of %s in its place', (path, problems) => {
  expect(gatewayProblems([{ path, message: 'no' }], t)).toEqual(problems);
});

it('hands on what the card fields made, with what the request itself tells of the browser', () => {
  const body = {
    encryptedNumber: 'a.b.c.d.e',
    encryptedData: 'f.g.h.i.j',
    browser: '{"language":"uk","colorDepth":24}',
  };
  expect(enteredCard(body, 'text/html')).toEqual({
    card: { encryptedNumber: 'a.b.c.d.e', encryptedData: 'f.g.h.i.j' },
    browser: { language: 'uk', colorDepth: 24, acceptHeader: 'text/html' },
  });
});

it.each([
  [{}],
  [{ encryptedNumber: '', encryptedData: '', browser: '' }],
  [{ encryptedNumber: 'a', encryptedData: 'b', browser: '{' }],
  [{ encryptedNumber: 'a', encryptedData: 'b', browser: '{"plugins":[]}' }],
])('takes %j for no card', (body) => {
  expect(enteredCard(body)).toBeUndefined();
});
