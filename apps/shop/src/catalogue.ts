/** `price` in kopiyky. Names and descriptions are in the dictionary, pictures in `pages/pictures.ts`. */
export const CATALOGUE = [
  { id: 'clay-cup', price: 42_000 },
  { id: 'linen-shirt', price: 189_000 },
  { id: 'honey', price: 26_000 },
] as const;

export type Product = (typeof CATALOGUE)[number];
export type ProductId = Product['id'];

export const findProduct = (id: unknown): Product | undefined => CATALOGUE.find((product) => product.id === id);
