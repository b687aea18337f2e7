import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Cart, formatCart, parseCart } from './cart.js';
import { DICTIONARIES, type Dictionary, type Language, isLanguage, preferredLanguage } from './i18n.js';

/** What every page knows about who is looking. */
export interface Visit {
  readonly language: Language;
  readonly t: Dictionary;
  readonly cart: Cart;
  /** Cookie of this browser, made up by the shop; absent before the first checkout. */
  readonly customerId: string | undefined;
}

export const isUuid = (text: unknown): text is string =>
  typeof text === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);

/** Cookies and query are the visitor's to edit: each is checked, none is trusted. */
export function readVisit(request: FastifyRequest): Visit {
  const cookies = parseCookies(request.headers.cookie);
  const asked = (request.query as Record<string, unknown>)['lang'];
  const language =
    [asked, cookies.get('lang')].find(isLanguage) ?? preferredLanguage(request.headers['accept-language']);
  const customer = cookies.get('customer');
  return {
    language,
    t: DICTIONARIES[language],
    cart: parseCart(cookies.get('cart')),
    customerId: isUuid(customer) ? customer : undefined,
  };
}

/** Writes the three cookies of the shop; `secure` when the shop is served over https. */
export class CookieWriter {
  constructor(private readonly secure: boolean) {}

  keepLanguage(reply: FastifyReply, language: Language): void {
    this.#write(reply, 'lang', language);
  }

  keepCart(reply: FastifyReply, cart: Cart): void {
    this.#write(reply, 'cart', formatCart(cart));
  }

  keepCustomer(reply: FastifyReply, customerId: string): void {
    this.#write(reply, 'customer', customerId);
  }

  #write(reply: FastifyReply, name: string, value: string): void {
    const maxAgeSeconds = value ? 180 * 24 * 3600 : 0;
    const secure = this.secure ? '; Secure' : '';
    void reply.header(
      'set-cookie',
      `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`,
    );
  }
}

function parseCookies(header = ''): ReadonlyMap<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}
