import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type BankDesk, bodyOf, credentialsOf, type DcmRequest } from '../bank-desk.js';
import { type Dcm } from '../dcm.js';
import { html } from '../../pages/html.js';
import { contentSecurityPolicy, renderPage } from '../../pages/layout.js';
import { UNAUTHORIZED, refuse } from '../refusal.js';
import { type JsonObject } from '../strict-json.js';
import { registerLegacyRoute, registerP2pRoutes } from './p2p-routes.js';

const ORDERS = '/api/v1/merchants/order';
const MESSAGES = '/api/v1/counterparty/:counterparty/payment-message';
/** G19: one text, whatever is wrong with the token of an order. */
const REFUSED_ORDER = { httpStatus: 400, body: { error: UNAUTHORIZED } };

const idOf = ({ query }: DcmRequest): string => query['id'] ?? '';

/** Where the links of an order lead: the address this call came to. */
const baseOf = ({ protocol, host, url }: DcmRequest): string =>
  `${protocol}://${host}${url.slice(0, url.indexOf(ORDERS))}`;

/** What a QR code or a deep link opens; a bank's app would go on from here. */
const orderPage = (dcm: Dcm, request: DcmRequest, reply: FastifyReply): FastifyReply => {
  const order = dcm.platform.book.order(idOf(request));
  const rows = order && [
    ['Reference', order.claims.ref],
    ['Purpose', order.claims.prp],
    ['Amount', `${order.claims.amt} ${order.claims.cur}`],
    ['Status', order.status],
  ];
  const body = html`<section class="card">
    <h1>${rows ? 'Pay with your bank' : 'No such order'}</h1>
    ${
      rows &&
      html`<dl>
        ${rows.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>`
    }
    <p class="soft">A bank's app reads the id of this address and asks DCM for the details.</p>
  </section>`;
  return reply
    .code(order ? 200 : 404)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy())
    .header('cache-control', 'no-store')
    .send(renderPage({ title: 'Order', language: 'en', body }));
};

function orderRoutes(app: FastifyInstance, dcm: Dcm, desk: BankDesk): void {
  const { orders } = dcm.platform;
  const create = (request: DcmRequest): Promise<JsonObject> => {
    dcm.revision += 1;
    const { jwt = '', custom } = request.query;
    return orders.create(jwt, baseOf(request), custom === 'true');
  };
  const details = (request: DcmRequest): JsonObject => {
    dcm.platform.admitAnyBank(credentialsOf(request));
    return orders.details(idOf(request));
  };
  app.post(ORDERS, desk.run(create, REFUSED_ORDER));
  app.get(ORDERS, (request: DcmRequest, reply) => orderPage(dcm, request, reply));
  app.get(
    `${ORDERS}/status`,
    desk.run((request) => orders.status(idOf(request))),
  );
  app.get(`${ORDERS}/nbu/json`, desk.run(details));
}

function messageRoutes(app: FastifyInstance, dcm: Dcm, desk: BankDesk): void {
  const { platform } = dcm;
  app.post(
    MESSAGES,
    desk.handle((request, counterparty) => {
      const { kid } = platform.admit(counterparty, credentialsOf(request));
      const { jwt } = bodyOf(request);
      if (typeof jwt !== 'string') throw refuse(400, 'jwt is required');
      return platform.messages.create(counterparty, platform.open(counterparty, jwt), kid);
    }),
  );
  app.get(
    `${MESSAGES}/:id`,
    desk.handle((request, counterparty) => {
      platform.admit(counterparty, credentialsOf(request));
      return platform.messages.status(counterparty, request.params.id ?? '');
    }),
  );
}

export function registerPlatformRoutes(app: FastifyInstance, dcm: Dcm, desk: BankDesk): void {
  orderRoutes(app, dcm, desk);
  messageRoutes(app, dcm, desk);
  registerP2pRoutes(app, dcm, desk);
  registerLegacyRoute(app, desk);
}
