/** English, the language that names the keys. */
export const en = {
  shopName: 'Hlechyk',
  tagline: 'Good things from small workshops',
  skipToContent: 'Skip to the content',
  languageSwitch: 'Language',
  cart: 'Cart',
  itemsInCart: 'Items in the cart',
  footer: 'A demo shop: nothing is sold or shipped here. It shows how a shop takes payments through the gateway.',

  heroTitle: 'Made by hand. Meant for every day.',
  heroText: 'Clay from Opishnia, linen from Polissia, honey from the Carpathian meadows.',
  products: {
    'clay-cup': {
      name: 'Clay cup',
      text: 'Thrown on the wheel, glazed inside, keeps tea warm for longer than you would think. 300 ml.',
    },
    'linen-shirt': {
      name: 'Linen shirt',
      text: 'Washed linen with an embroidered placket. It gets softer with every summer.',
    },
    honey: { name: 'Mountain honey', text: 'Raw honey of wild thyme and linden, one apiary, one season. 500 g.' },
  },
  addToCart: 'Add to cart',
  toCheckout: 'Check out',

  cartTitle: 'Your cart',
  cartEmpty: 'Nothing here yet. The cup, the shirt and the honey are waiting on the shelf.',
  toCatalogue: 'To the shelf',
  quantity: 'Quantity',
  oneLess: 'One less',
  oneMore: 'One more',
  remove: 'Remove',
  total: 'Total',

  checkoutTitle: 'Checkout',
  yourOrder: 'Your order',
  nameLabel: 'First and last name',
  nameHint: 'Letters, digits, spaces, hyphens and apostrophes',
  emailLabel: 'E-mail',
  emailHint: 'For the order confirmation',
  pay: (amount: string) => `Pay ${amount}`,
  payNote: 'Next you enter your card on the bank’s own page. We never see the number.',
  nameProblem: 'Please enter your first and last name, 60 characters at most.',
  emailProblem: 'Please enter an e-mail address, such as olena@example.com.',
  nameRefused: 'The bank does not accept this name. Please write it as on your card.',
  emailRefused: 'The bank does not accept this e-mail address. Please check it.',
  formRefused: 'The bank did not accept the order. Please check what you typed and try again.',

  order: 'Order',
  orderTitle: (number: string) => `Order ${number}`,
  steps: { placed: 'Order placed', atBank: 'At the bank', paid: 'Paid' },
  statuses: {
    none: {
      title: 'Not paid yet',
      text: 'We have your order, but the payment has not been started. Nothing was charged.',
    },
    created: {
      title: 'Preparing the payment',
      text: 'The bank is opening a payment page for you. This takes a moment, and the page updates by itself.',
    },
    requires_action: {
      title: 'Waiting for your payment',
      text: 'Finish the payment on the bank’s page. Already paid? This page updates by itself in a moment.',
    },
    processing: {
      title: 'The bank is working on it',
      text: 'Your payment is on its way. There is no need to pay again, and the page updates by itself.',
    },
    authorized: {
      title: 'The bank said yes',
      text: 'The money is set aside on your card, and the payment is being completed.',
    },
    succeeded: { title: 'Paid. Thank you!', text: 'Your payment has arrived, and we are wrapping your order.' },
    failed: {
      title: 'The payment was declined',
      text: 'You were not charged. You can try again, perhaps with another card.',
    },
    canceled: {
      title: 'The payment was canceled',
      text: 'You were not charged. If money was set aside on your card, the bank releases it.',
    },
    expired: { title: 'The time to pay has run out', text: 'You were not charged. You can place the order again.' },
    needs_review: {
      title: 'The payment is being checked',
      text: 'We are checking with the bank what became of it. Please do not pay again: we will make sure it is right.',
    },
  },
  reason: 'Reason',
  refunded: (amount: string) => `Refunded: ${amount}`,
  continueToBank: 'Continue to the bank',
  startPayment: 'Go to payment',
  orderAgain: 'Put it in the cart again',
  testMode: 'Test mode: no real money moves.',
  connectionLost: 'The connection was lost. Trying again…',

  unavailableTitle: 'The payment service is not answering',
  unavailableText:
    'This is on our side. Please try again in a minute: an order is never paid twice, even if you press the button again.',
  refusedTitle: 'The payment could not be started',
  refusedText: 'You were not charged. Please try again a little later; if it happens again, tell us the code below.',
  code: 'Code',
  tryAgain: 'Try again',
  notFoundTitle: 'There is no such page',
  notFoundText: 'The address may be mistyped, or the page is gone.',
  brokenTitle: 'Something broke on our side',
  brokenText: 'We have noted it. Please try again.',
};
