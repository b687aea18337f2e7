import { z } from 'zod';

/** Minor units. The bank's field takes more; a payment of over ten million hryvnias is taken for a mistake. */
export const AMOUNT_MAX = 1_000_000_000;
const LANGUAGES = ['uk', 'en', 'es', 'de', 'pl', 'fr', 'tr', 'it', 'nl', 'pt'] as const;

/** Said of a member that is not there; anything else keeps its own words. */
const required = { error: ({ input }: { input?: unknown }) => (input === undefined ? 'is required' : undefined) };

export const amount = z
  .int({ error: 'must be a whole number of minor units (kopiyky), for example 12550 for 125.50 UAH' })
  .min(1, { error: 'must be at least 1 kopiyka' })
  .max(AMOUNT_MAX, { error: `must be at most ${AMOUNT_MAX} kopiyky` })
  .meta({ description: 'Minor units of `currency`: kopiyky for UAH, cents for USD and EUR.', examples: [12550] });

/** The bank counts in UTF-16 units, zod alone counts a letter beyond the Basic Multilingual Plane once. */
export const text = (max: number) =>
  z
    .string(required)
    .trim()
    .min(1, { error: 'must not be blank: leave it out instead' })
    .max(max, { error: `must have at most ${max} characters`, abort: true })
    .refine((value) => value.length <= max, { error: `must have at most ${max} characters` });

const absentWhenBlank = (value: unknown): unknown =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
/** Null and blank are absent. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(absentWhenBlank, schema.optional()).optional();

/** What the bank's rules make of it, see `customerForBank`; nothing here is a reason to refuse the sale. */
const customerText = (example: string) =>
  z
    .preprocess(
      (value) => absentWhenBlank(typeof value === 'number' ? String(value) : value),
      z
        .string()
        .optional()
        .meta({ examples: [example] }),
    )
    .optional();

export const customer = z
  .strictObject(
    {
      id: text(255).meta({ description: "Your own id of the customer; the bank's antifraud rules need it." }),
      firstName: customerText('Олена'),
      lastName: customerText('Нечуй-Левицька'),
      middleName: customerText('Іванівна'),
      email: customerText('olena@example.com'),
      phone: customerText('380931234567'),
      ip: customerText('203.0.113.7'),
      country: customerText('804'),
      region: customerText('Київська область'),
      city: customerText('Київ'),
      street: customerText('вул. Хрещатик, 1'),
      zipCode: customerText('01001'),
    },
    required,
  )
  .meta({
    description:
      'Sent to the bank, sealed at rest, never returned. Whatever optional member the bank would not take is written otherwise, cut or left out.',
  });

/** Characters of an address as a header carries it. Proxies refuse longer headers. */
const RETURN_URL_MAX = 2048;

/** In ASCII, as every way out needs it: a header, a link, the bank's page. */
export const returnUrl = z
  .url({ protocol: /^https?$/u, error: 'must be an absolute https URL (http on a test account)' })
  .transform((url) => new URL(url).href)
  .pipe(
    z.string().max(RETURN_URL_MAX, { error: `must have at most ${RETURN_URL_MAX} characters when percent-encoded` }),
  )
  .meta({ description: 'Where the customer returns to, whatever the result. Ask the API what the result is.' });

/** Notes without a value, and no notes at all. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, note]) => note !== null));
}

const DEFAULT_LANGUAGE = 'uk';
/** Minutes. */
const DEFAULT_EXPIRY = 60;

/** Characters. Its parts are of a fixed length, but for a few dozen that are the card's; a wallet's are some hundreds. */
const ENCRYPTED_MAX = 4_096;

/** Nothing of it is repeated, in whatever is wrong with it. */
export const encrypted = z
  .string(required)
  .max(ENCRYPTED_MAX, { error: `must have at most ${ENCRYPTED_MAX} characters`, abort: true })
  .regex(/^[\w-]{20,}\.[\w-]{50,}\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/u, {
    error: 'must be encrypted for the bank: five parts of base64url, as the library for browsers makes it',
  })
  .meta({
    description: 'Compact JWE to the payment key of the bank. Never kept.',
    examples: ['eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOns…'],
  });

const browserText = text(2_048);
const browserNumber = (most: number) => z.int().min(-most).max(most);

export const browser = z
  .strictObject({
    acceptHeader: browserText.meta({ examples: ['text/html'] }),
    userAgent: browserText,
    language: text(35).meta({ examples: ['uk-UA'] }),
    colorDepth: browserNumber(64).meta({ examples: [24] }),
    screenHeight: browserNumber(100_000).meta({ examples: [1080] }),
    screenWidth: browserNumber(100_000).meta({ examples: [1920] }),
    timeZoneOffset: browserNumber(1_440).meta({
      description: 'Minutes, as `new Date().getTimezoneOffset()` has them.',
      examples: [-120],
    }),
  })
  .meta({ description: 'Of the customer’s browser: 3-D Secure asks for it. Never kept.' });

export const CAPTURE_METHODS = ['automatic', 'manual'] as const;
/** Hours. The bank takes 2 h to 28 d from when the order is made; the customer may pay at its very end, after 24 h. */
export const SHORTEST_HOLD = 26;
export const LONGEST_HOLD = 28 * 24 - 1;

export const language = optional(
  z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` }).meta({ default: DEFAULT_LANGUAGE }),
)
  .transform((wanted) => wanted ?? DEFAULT_LANGUAGE)
  .meta({ description: "Language of the bank's page." });

/** Undefined where they are to stay as they are. */
export const notes = z
  .preprocess(
    withoutNulls,
    z
      .record(z.string().min(1).max(40), z.string().max(500))
      .refine((entries) => Object.keys(entries).length <= 20, { error: 'must have at most 20 entries' })
      .optional(),
  )
  .optional();

export const metadata = notes
  .transform((entries) => entries ?? {})
  .meta({ description: 'Your own notes; no personal data.', default: {} });

export const expiresInMinutes = optional(z.int().min(1).max(1440).meta({ default: DEFAULT_EXPIRY })).transform(
  (minutes) => minutes ?? DEFAULT_EXPIRY,
);
