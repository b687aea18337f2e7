import { type CartLine, MAX_QUANTITY, cartLines, totalAmount } from '../cart.js';
import { type Html, html } from '../html.js';
import { formatMoney } from '../money.js';
import { type Visit } from '../visit.js';
import { layout } from './layout.js';
import { PICTURES } from './pictures.js';

export function cartPage(visit: Visit): string {
  const lines = cartLines(visit.cart);
  const content = html`<h1>${visit.t.cartTitle}</h1>
    ${lines.length > 0 ? filledCart(visit, lines) : emptyCart(visit)}`;
  return layout(visit, { title: visit.t.cartTitle, content });
}

function emptyCart({ t }: Visit): Html {
  return html`<div class="panel empty">
    <p>${t.cartEmpty}</p>
    <a class="button" href="/">${t.toCatalogue}</a>
  </div>`;
}

function filledCart(visit: Visit, lines: readonly CartLine[]): Html {
  const { t, language } = visit;
  return html`<div class="panel">
    <ul class="cart-lines">
      ${lines.map((line) => cartLine(visit, line))}
    </ul>
    <p class="total"><span>${t.total}</span><strong>${formatMoney(totalAmount(lines), language)}</strong></p>
    <p class="actions">
      <a href="/">${t.toCatalogue}</a>
      <a class="button" href="/checkout" data-testid="checkout">${t.toCheckout}</a>
    </p>
  </div>`;
}

function cartLine({ t, language }: Visit, { product, quantity, amount }: CartLine): Html {
  const { name } = t.products[product.id];
  return html`<li>
    <div class="picture small ${product.id}">${PICTURES[product.id]}</div>
    <div class="cart-name"><strong>${name}</strong><span>${formatMoney(product.price, language)}</span></div>
    <form method="post" action="/cart/set" class="stepper" role="group" aria-label="${t.quantity}: ${name}">
      <input type="hidden" name="product" value="${product.id}" />
      <button name="quantity" value="${quantity - 1}" aria-label="${t.oneLess}">−</button>
      <output>${quantity}</output>
      <button
        name="quantity"
        value="${quantity + 1}"
        aria-label="${t.oneMore}"
        ${quantity >= MAX_QUANTITY && 'disabled'}
      >
        +
      </button>
      <button name="quantity" value="0" class="quiet" aria-label="${t.remove}: ${name}">${t.remove}</button>
    </form>
    <strong class="line-amount">${formatMoney(amount, language)}</strong>
  </li>`;
}
