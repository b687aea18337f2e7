import { customerOf, formProblems, gatewayProblems } from './checkout-form.js';
import { DICTIONARIES } from './i18n.js';

const t = DICTIONARIES.en;

it.each([
  ['Олена Петренко', { firstName: 'Олена', lastName: 'Петренко' }],
  ['  Anna   Maria  van Dyke ', { firstName: 'Anna', lastName: 'Maria van Dyke' }],
  ['Cher', { firstName: 'Cher' }],
])('splits %j', (name, parts) => {
  expect(customerOf({ name, email: ' a@example.com ' }, 'c1')).toEqual({ id: 'c1', email: 'a@example.com', ...parts });
});

it.each([
  [{ name: 'Olena', email: 'olena@example.com' }, undefined],
  [{ name: ' ', email: 'olena@example.com' }, { name: t.nameProblem }],
  [
    { name: 'x'.repeat(61), email: 'olena' },
    { name: t.nameProblem, email: t.emailProblem },
  ],
])('checks %j', (form, problems) => {
  expect(formProblems(form, t)).toEqual(problems);
});

it.each([
  ['customer.firstName', { name: t.nameRefused }],
  ['/customer/lastName', { name: t.nameRefused }],
  ['customer.email', { email: t.emailRefused }],
  ['amount', { form: t.formRefused }],
])('puts a problem of %s in its place', (path, problems) => {
  expect(gatewayProblems([{ path, message: 'no' }], t)).toEqual(problems);
});
