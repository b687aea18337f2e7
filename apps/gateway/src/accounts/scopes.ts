import { SetMetadata } from '@nestjs/common';

/** What an API key may be allowed, in words for whoever makes one. Each includes reading what it is about. */
export const SCOPES = {
  read: 'read everything, change nothing',
  payments: 'create, capture and cancel payments',
  refunds: 'give money back',
  links: 'make and close payment links',
  cards: 'verify and save cards, suspend and delete them',
  subscriptions: 'make and change plans and subscriptions',
  webhooks: 'set up webhook endpoints, and see and repeat what was sent to them',
  payouts: 'send money to cards, and read the balance',
} as const satisfies Record<string, string>;
export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]];

/** Of a key that was made without a word on it. Money leaves for other cards only where somebody said so. */
export const USUAL_SCOPES: readonly Scope[] = SCOPE_NAMES.filter((scope) => scope !== 'payouts');

const DECLARED = 'scopes of the route';

/** Any of these opens the route. One without them is closed to every key. */
export const Scopes = (...scopes: readonly [Scope, ...Scope[]]): MethodDecorator => SetMetadata(DECLARED, scopes);

/** @returns undefined where the route declares none */
export const scopesOf = (route: object): readonly Scope[] | undefined =>
  Reflect.getMetadata(DECLARED, route) as readonly Scope[] | undefined;

/** The same for the API document: alternatives. It shows them as `x-scopes` and in words. */
export const openTo = (...scopes: readonly [Scope, ...Scope[]]): { readonly apiKey: readonly [Scope] }[] =>
  scopes.map((scope) => ({ apiKey: [scope] }));
