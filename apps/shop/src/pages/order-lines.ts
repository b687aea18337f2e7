import { type CartLine, totalAmount } from '../cart.js';
import { type Html, html } from '../html.js';
import { formatMoney } from '../money.js';
import { type Visit } from '../visit.js';

/** What is being bought, beside the checkout form and the payment's status. */
export function orderLines({ language, t }: Visit, lines: readonly CartLine[]): Html {
  return html`<aside class="panel summary" aria-labelledby="summary">
    <h2 id="summary">${t.yourOrder}</h2>
    <ul>
      ${lines.map(
        ({ product, quantity, amount }) =>
          html`<li>
            <span>${t.products[product.id].name} × ${quantity}</span><span>${formatMoney(amount, language)}</span>
          </li>`,
      )}
    </ul>
    <p class="total"><span>${t.total}</span><strong>${formatMoney(totalAmount(lines), language)}</strong></p>
  </aside>`;
}
