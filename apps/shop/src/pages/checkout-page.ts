import { type CartLine, totalAmount } from '../cart.js';
import { type CheckoutForm, type FormProblems } from '../checkout-form.js';
import { type CardFields } from '../gateway-client.js';
import { type Html, html } from '../html.js';
import { formatMoney } from '../money.js';
import { type Visit } from '../visit.js';
import { layout } from './layout.js';
import { orderLines } from './order-lines.js';

export interface CheckoutView {
  /** Chosen when the form is shown, so that sending the form twice is still one order. */
  readonly orderId: string;
  readonly lines: readonly CartLine[];
  /** What was typed so far. */
  readonly form: CheckoutForm;
  readonly problems?: FormProblems;
  /** Absent: cards are entered on the bank's page only. */
  readonly cardFields?: CardFields;
}

interface Field {
  readonly name: 'name' | 'email';
  readonly label: string;
  readonly hint: string;
  readonly attributes: Html;
}

export function checkoutPage(visit: Visit, view: CheckoutView): string {
  const { t, language } = visit;
  const content = html`<h1>${t.checkoutTitle}</h1>
    <div class="columns">
      <form method="post" action="/checkout" class="panel checkout-form">
        ${view.problems?.form && html`<p class="notice bad" role="alert">${view.problems.form}</p>`}
        <input type="hidden" name="orderId" value="${view.orderId}" />
        ${fields(visit).map((each) => field(each, view))} ${view.cardFields && ways(visit, view, view.cardFields)}
        <button class="button wide" data-testid="pay">${t.pay(formatMoney(totalAmount(view.lines), language))}</button>
        <p class="note" data-way="page">${t.payNote}</p>
        ${view.cardFields && html`<p class="note" data-way="card" hidden>${t.cardNote}</p>`}
      </form>
      ${orderLines(visit, view.lines)}
    </div>`;
  return layout(visit, { title: t.checkoutTitle, content, head: html`${view.cardFields && scripts(view.cardFields)}` });
}

const scripts = ({ scripts: { cardFields } }: CardFields): Html =>
  html`<script src="${cardFields.url}" integrity="${cardFields.integrity}" crossorigin="anonymous" defer></script>
    <script src="/card.js" defer></script>`;

/** Hidden until the script has seen that the fields work in this page. */
function ways({ t, language }: Visit, { form, problems }: CheckoutView, { frameUrl, shopOrigins }: CardFields): Html {
  const way = (value: CheckoutForm['way'], label: string): Html =>
    html`<label class="way">
      <input
        type="radio"
        name="way"
        value="${value}"
        data-testid="way-${value}"
        ${form.way === value && html`checked`}
      />
      ${label}
    </label>`;
  return html`<fieldset class="ways" hidden>
      <legend>${t.howToPay}</legend>
      ${way('page', t.wayPage)} ${way('card', t.wayCard)}
    </fieldset>
    <div
      id="card-fields"
      data-frame-url="${frameUrl}"
      data-origins="${shopOrigins.join(' ')}"
      data-locale="${language}"
      hidden
    ></div>
    <p id="card-problem" class="problem" role="alert" ${!problems?.card && html`hidden`}>${t.cardProblem}</p>
    ${['encryptedNumber', 'encryptedData', 'browser'].map((name) => html`<input type="hidden" name="${name}" />`)}`;
}

const fields = ({ t }: Visit): Field[] => [
  { name: 'name', label: t.nameLabel, hint: t.nameHint, attributes: html`autocomplete="name" maxlength="60"` },
  {
    name: 'email',
    label: t.emailLabel,
    hint: t.emailHint,
    attributes: html`type="email" autocomplete="email" inputmode="email" maxlength="254"`,
  },
];

function field({ name, label, hint, attributes }: Field, { form, problems }: CheckoutView): Html {
  const problem = problems?.[name];
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${form[name]}"
      ${attributes}
      required
      data-testid="customer-${name}"
      aria-describedby="${name}-hint"
      ${problem && html`aria-invalid="true"`}
    />
    <p id="${name}-hint" class="${problem ? 'problem' : 'hint'}">${problem ?? hint}</p>
  </div>`;
}
