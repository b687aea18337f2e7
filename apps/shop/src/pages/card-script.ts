/** Of the checkout page: shows the gateway's card fields, and sends what they encrypt with the form. */
export const CARD_SCRIPT = `
const form = document.querySelector('.checkout-form');
const ways = form.querySelector('.ways');
const holder = document.getElementById('card-fields');
const problem = document.getElementById('card-problem');
const button = form.querySelector('button');
let fields;

const isByCard = () => form.elements.way.value === 'card';

function showWay() {
  holder.hidden = !isByCard();
  for (const note of form.querySelectorAll('[data-way]')) note.hidden = note.dataset.way !== form.elements.way.value;
  if (!isByCard()) problem.hidden = true;
  else fields ??= AllianceCardFields.mount(holder, {
    frameUrl: holder.dataset.frameUrl,
    locale: holder.dataset.locale,
    onChange: () => { problem.hidden = true; },
    onSubmit: () => form.requestSubmit(),
    onError: () => { problem.hidden = false; },
  });
}

async function sendWithCard() {
  button.disabled = true;
  try {
    const { encryptedNumber, encryptedData } = await fields.tokenize();
    form.elements.encryptedNumber.value = encryptedNumber;
    form.elements.encryptedData.value = encryptedData;
    form.elements.browser.value = JSON.stringify(AllianceCardFields.browser());
    form.submit();
  } catch (error) {
    problem.hidden = error.member !== undefined; // what is wrong with a field, the frame itself says
    button.disabled = false;
  }
}

function start() {
  ways.hidden = false;
  form.addEventListener('change', showWay);
  form.addEventListener('submit', (event) => {
    if (!isByCard()) return;
    event.preventDefault();
    if (!button.disabled) void sendWithCard();
  });
  addEventListener('pageshow', () => {
    button.disabled = false; // the way back
    for (const name of ['encryptedNumber', 'encryptedData']) form.elements[name].value = '';
    showWay();
  });
}

// Browsers encrypt on secure pages only, and the frame shows itself to the origins that the gateway knows.
const isKnown = holder.dataset.origins.split(' ').includes(location.origin);
if (globalThis.AllianceCardFields && isSecureContext && isKnown) start();
`;
