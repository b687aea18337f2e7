import { z } from 'zod';
import { isHttpsWhereLive } from '../accounts/merchant-accounts.service.js';
import { SCOPE_NAMES } from '../accounts/scopes.js';
import { isRange } from '../config/address-list.js';
import { isShopOrigin, SHOP_ORIGIN_WORDS, webAddress } from '../config/address.js';
import { paymentKey } from '../payments/bank-access/payment-key.js';

const text = (max: number) => z.string().trim().min(1, { error: 'must not be blank' }).max(max);
const baseUrl = z
  .string()
  .refine((url) => webAddress(url) !== undefined, { error: 'must be an http or https URL without query and fragment' })
  .transform((url) => url.replace(/\/+$/u, ''));
/** Said of the bank's address. */
export const HTTPS_WHERE_LIVE = 'must be https on a live account';
const jwk = z.record(z.string(), z.unknown());
/** What this version can take money by; more kinds come with the versions that speak them. */
const paymentTypes = z.array(z.enum(['hosted_page'])).min(1);

/** Of one account. */
const ORIGINS_MAX = 20;
const shopOrigins = z
  .array(z.string().refine(isShopOrigin, { error: SHOP_ORIGIN_WORDS }))
  .max(ORIGINS_MAX)
  .meta({ description: 'Origins of the pages that may show the card fields.', examples: [['https://shop.example']] });

const settings = {
  name: text(100),
  environment: z.enum(['test', 'live']),
  baseUrl,
  bankMerchantId: text(36),
  a2aMerchantId: text(36).nullable(),
  serviceCode: text(36),
  paymentKey: paymentKey.nullable(),
  shopOrigins: shopOrigins.nullable(),
  protocolVersion: z.enum(['1.0'], { error: 'must be 1.0: the hosted page exists only there' }),
  paymentTypes,
};

export const createAccount = z
  .strictObject({
    ...settings,
    a2aMerchantId: settings.a2aMerchantId.default(null),
    paymentKey: settings.paymentKey.default(null),
    shopOrigins: settings.shopOrigins.default(null),
    protocolVersion: settings.protocolVersion.default('1.0'),
    paymentTypes: paymentTypes.default(['hosted_page']),
    clientKey: jwk.optional().meta({ description: 'Private JWK from the bank; a pair is made here when absent.' }),
  })
  .refine(isHttpsWhereLive, { path: ['baseUrl'], error: HTTPS_WHERE_LIVE });
export type CreateAccount = z.output<typeof createAccount>;

/** The environment of an account never changes: test money must not turn into real money. */
export const changeAccount = z.strictObject(settings).omit({ environment: true }).partial();
export type ChangeAccount = {
  [K in keyof z.output<typeof changeAccount>]?: Exclude<z.output<typeof changeAccount>[K], undefined>;
};

export const addClientKey = z.strictObject({ jwk: jwk.optional() });

/** `id`: the bank's id of the key (`kid`). */
export const useSigningKey = z.strictObject({ id: text(64), jwk });

export const rotateKeks = z.strictObject({
  dryRun: z.boolean().default(false),
  rewrapOnly: z.boolean().default(false),
});

/** Of one API key. */
const ADDRESSES_MAX = 50;

/** What is not said is as wide as today: the usual scopes, from anywhere, without an end. */
export const createApiKey = z.strictObject({
  name: text(100).optional(),
  scopes: z.array(z.enum(SCOPE_NAMES)).min(1).optional(),
  addresses: z
    .array(
      z.string().refine(isRange, { error: 'must be an address or a range such as 203.0.113.0/24 or 2001:db8::/32' }),
    )
    .min(1)
    .max(ADDRESSES_MAX)
    .optional(),
  payoutLimit: z.int().min(1).optional(),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a time with offset, such as 2027-01-31T00:00:00Z' })
    .transform((time) => new Date(time))
    .refine((time) => time.getTime() > Date.now(), { error: 'must be in the future' })
    .optional(),
});

export const blockSession = z.strictObject({ reason: text(200) });

export const listAudit = z.strictObject({ limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(50) });
