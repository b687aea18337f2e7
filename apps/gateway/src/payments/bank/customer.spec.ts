import { type Customer, customerForBank } from './customer.js';

const written = (member: Exclude<keyof Customer, 'id'>, text: string): string | undefined =>
  customerForBank({ id: 'c', [member]: text })[member];

describe('customerForBank', () => {
  it('leaves alone what the bank takes, and says nothing of what is absent', () => {
    const customer = {
      ...{ id: 'c', firstName: 'Олена', lastName: 'Нечуй-Левицька', email: 'olena+1@example.com' },
      ...{ phone: '380931234567', ip: '2001:db8::1', country: '804', city: 'Київ', zipCode: '01001' },
    };
    expect(customerForBank(customer)).toEqual(customer);
    expect(customerForBank({ id: 'c' })).toEqual({ id: 'c' });
  });

  it.each<[Exclude<keyof Customer, 'id'>, string, string | undefined]>([
    ['firstName', 'José', 'Jose'],
    ['lastName', 'Cardholder', undefined],
    ['middleName', '李', undefined],
    ['email', ' olena@example.com ', 'olena@example.com'],
    ['email', 'olena@пошта.укр', 'olena@xn--80a1acn3a.xn--j1amh'],
    ['email', 'Olena@Пошта.УКР', 'Olena@xn--80a1acn3a.xn--j1amh'],
    ['email', 'олена@example.com', undefined],
    ['email', 'olena@', undefined],
    ['email', '@example.com', undefined],
    ['email', 'olena@localhost', undefined],
    ['email', 'a b@example.com', undefined],
    ['email', 'olena..k@example.com', undefined],
    ['email', 'olena\u200b@example.com', 'olena@example.com'],
    ['email', `${'x'.repeat(250)}@example.com`, undefined],
    ['phone', '+380931234567', '380931234567'],
    ['phone', '+38 (093) 123-45-67', '380931234567'],
    ['phone', '00380 93 123 45 67', '380931234567'],
    ['phone', '093 123 45 67', '380931234567'],
    ['phone', '8 093 123\u201345\u201367', '380931234567'],
    ['phone', '+48.22.123.45.67', '48221234567'],
    ['phone', '１２３４５６７', '1234567'],
    ['phone', '+1 800 FLOWERS', undefined],
    ['phone', '12345', undefined],
    ['phone', '1'.repeat(21), undefined],
    ['ip', '10.0.0', undefined],
    ['ip', ' 10.0.0.1 ', '10.0.0.1'],
    ['ip', '10.0.0.1:4711', '10.0.0.1'],
    ['ip', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['ip', '[2001:db8::1]:443', '2001:db8::1'],
    ['ip', 'fe80::1%eth0', 'fe80::1'],
    ['ip', 'unknown', undefined],
    ['country', 'ua', '804'],
    ['country', '40', '040'],
    ['country', 'Ukraine', undefined],
    ['city', 'x'.repeat(26), 'x'.repeat(25)],
    ['city', `${'x'.repeat(24)}👩‍👩‍👧`, 'x'.repeat(24)],
    ['city', ' \n ', undefined],
    ['street', 'вул.\tХрещатик,\n 1', 'вул. Хрещатик, 1'],
    ['street', 'я'.repeat(36), 'я'.repeat(35)],
    ['region', 'Киі\u0308вська', 'Київська'],
    ['zipCode', '01001'.repeat(11), '01001'.repeat(10)],
  ])('writes %s %j as %j', (member, text, expected) => {
    expect(written(member, text)).toBe(expected);
  });
});
