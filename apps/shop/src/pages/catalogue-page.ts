import { cartLines, totalAmount } from '../cart.js';
import { CATALOGUE, type Product } from '../catalogue.js';
import { type Html, html } from '../html.js';
import { formatMoney } from '../money.js';
import { type Visit } from '../visit.js';
import { layout } from './layout.js';
import { PICTURES } from './pictures.js';

export function cataloguePage(visit: Visit): string {
  const { t, cart } = visit;
  const content = html`<section class="hero">
      <h1>${t.heroTitle}</h1>
      <p>${t.heroText}</p>
    </section>
    <ul class="shelf">
      ${CATALOGUE.map((product) => card(visit, product))}
    </ul>
    ${cart.size > 0 && checkoutBar(visit)}`;
  return layout(visit, { title: t.tagline, content });
}

function card({ t, language }: Visit, { id, price }: Product): Html {
  const { name, text } = t.products[id];
  return html`<li class="card">
    <div class="picture ${id}">${PICTURES[id]}</div>
    <div class="card-text">
      <h2>${name}</h2>
      <p>${text}</p>
      <form method="post" action="/cart/add" class="buy">
        <strong class="price">${formatMoney(price, language)}</strong>
        <button name="product" value="${id}" data-testid="add-${id}" aria-label="${t.addToCart}: ${name}">
          ${t.addToCart}
        </button>
      </form>
    </div>
  </li>`;
}

function checkoutBar({ t, cart, language }: Visit): Html {
  return html`<p class="checkout-bar">
    <a href="/cart">${t.cartTitle}: <strong>${formatMoney(totalAmount(cartLines(cart)), language)}</strong></a>
    <a class="button" href="/checkout" data-testid="checkout">${t.toCheckout}</a>
  </p>`;
}
