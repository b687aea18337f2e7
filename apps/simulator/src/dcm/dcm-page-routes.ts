import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type LedgerKind } from '../bank/ledger.js';
import { contentSecurityPolicy } from '../pages/layout.js';
import { type Dcm } from './dcm.js';
import { keyViews } from './dcm-control-routes.js';
import { dcmPage, type DcmPage } from './dcm-page.js';
import { DCM_BASE } from './dcm-routes.js';

const RECENT = 10;

const viewOf = (dcm: Dcm, publicUrl: string, live: boolean): DcmPage => {
  const all = (kind: LedgerKind) => dcm.ledger.find({ kind });
  return {
    publicUrl,
    baseUrl: publicUrl + DCM_BASE,
    keys: keyViews(dcm),
    banks: [...dcm.counterparties.values()].map((bank) => ({
      ...bank,
      kids: dcm.records.keysOf(bank.guid).map(({ kid }) => kid),
      logins: dcm.employees.list(bank.guid).map(({ login }) => login),
    })),
    operations: all('dcm.operation').slice(-RECENT).reverse(),
    callbacks: all('dcm.callback'),
    refused: all('dcm.refused').slice(-RECENT).reverse(),
    now: dcm.now(),
    live,
  };
};

const send = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy())
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .send(text);

/** The page a person watches DCM on. */
export function registerDcmPage(app: FastifyInstance, dcm: Dcm, publicUrl: () => string): void {
  app.get<{ Querystring: { live?: string } }>('/dcm', ({ query }, reply) =>
    send(reply, dcmPage(viewOf(dcm, publicUrl(), query.live === '1'))),
  );
  app.post('/dcm/keys/rotate', ({ body }, reply) => {
    const form = new URLSearchParams(typeof body === 'string' ? body : '');
    dcm.revision += 1;
    dcm.keys.rotate(form.get('overlap') !== 'no');
    return reply.redirect('/dcm#keys', 303);
  });
}
