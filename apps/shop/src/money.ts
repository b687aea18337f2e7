import { type Language } from './i18n.js';

const HRYVNIA: Readonly<Record<Language, Intl.NumberFormat>> = {
  en: hryvnia('en-GB'),
  uk: hryvnia('uk-UA'),
};

/** @param amount kopiyky, as everywhere in the shop and in the gateway's API */
export const formatMoney = (amount: number, language: Language): string => HRYVNIA[language].format(amount / 100);

function hryvnia(locale: string): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'UAH', currencyDisplay: 'narrowSymbol' });
}
