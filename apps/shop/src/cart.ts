import { type Product, type ProductId, findProduct } from './catalogue.js';

/** What the browser keeps: product ids and quantities, never prices. */
export type Cart = ReadonlyMap<ProductId, number>;

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
  /** Kopiyky, always from the server's catalogue. */
  readonly amount: number;
}

export const MAX_QUANTITY = 20;

/** Reads `clay-cup:2.honey:1`. The cookie is the visitor's to edit: whatever is not a known product and a sane quantity is dropped. */
export function parseCart(cookie = ''): Cart {
  const cart = new Map<ProductId, number>();
  for (const item of cookie.slice(0, 200).split('.')) {
    const [id, quantity, ...rest] = item.split(':');
    const product = findProduct(id);
    if (product && isQuantity(quantity) && rest.length === 0) cart.set(product.id, Number(quantity));
  }
  return cart;
}

export const formatCart = (cart: Cart): string => [...cart].map(([id, quantity]) => `${id}:${quantity}`).join('.');

/** Zero takes the product out; more than the shop sells at once is cut. */
export function withQuantity(cart: Cart, id: ProductId, quantity: number): Cart {
  const changed = new Map(cart);
  if (quantity > 0) changed.set(id, Math.min(quantity, MAX_QUANTITY));
  else changed.delete(id);
  return changed;
}

export function cartLines(cart: Cart): CartLine[] {
  return [...cart].flatMap(([id, quantity]) => {
    const product = findProduct(id);
    return product ? [{ product, quantity, amount: product.price * quantity }] : [];
  });
}

export const totalAmount = (lines: readonly CartLine[]): number => lines.reduce((sum, line) => sum + line.amount, 0);

export const countItems = (cart: Cart): number => [...cart.values()].reduce((sum, quantity) => sum + quantity, 0);

const isQuantity = (text: string | undefined): boolean => /^[1-9]\d?$/.test(text ?? '') && Number(text) <= MAX_QUANTITY;
