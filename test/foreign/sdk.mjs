// The bank's own Node SDK, unmodified: ALLIANCEPAY_NODE_SDK holds its dist/ (npm ci && npm run build in its folder).
// sdk.mjs create -> {"hppOrderId"}; sdk.mjs finish <hppOrderId> -> {"orderStatus", "refund"}
import { pathToFileURL } from 'node:url';

const { ALLIANCEPAY_NODE_SDK: sdk, BANK_URL, MERCHANT_ID, SERVICE_CODE, CLIENT_KEY } = process.env;
const { AllianceBankClient } = await import(pathToFileURL(`${sdk}/dist/client.js`).href);
const [step, hppOrderId] = process.argv.slice(2);

const client = new AllianceBankClient({
  authentificationData: {
    baseUrl: BANK_URL,
    merchantId: MERCHANT_ID,
    serviceCode: SERVICE_CODE,
    authenticationKey: JSON.parse(CLIENT_KEY),
  },
});

const create = () =>
  client.createOrder({
    hppPayType: 'PURCHASE',
    coinAmount: 10050,
    paymentMethods: ['CARD'],
    successUrl: 'https://shop.example/success',
    failUrl: 'https://shop.example/fail',
    statusPageType: 'STATUS_TIMER_PAGE',
    customerData: { senderCustomerId: 'customer_1' },
  });

async function finish() {
  const { orderStatus, operations } = await client.checkOrderData(hppOrderId);
  const refund = await client.createRefund({ operationId: operations[0].operationId, coinAmount: 50 });
  return { orderStatus, refund };
}

console.log(JSON.stringify(step === 'create' ? await create() : await finish()));
