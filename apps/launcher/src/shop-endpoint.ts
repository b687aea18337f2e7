import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { keep } from './demo-credentials.js';

export interface ShopEndpointOptions {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  /** Where the gateway posts events to. */
  readonly url: string;
  readonly directory: string;
}

interface Endpoint {
  readonly id: string;
  readonly url: string;
}

/** The gateway is on this machine, and up. Milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Has the gateway post its events to the shop: makes the endpoint on the first start, finds it on later ones, and moves it
 * when the shop has another port.
 * @returns the file that holds the endpoint's secret
 * @throws Error when the gateway does not do it
 */
export async function keepShopEndpoint({ url, directory, ...gateway }: ShopEndpointOptions): Promise<string> {
  const file = path.join(directory, 'webhook-endpoint-id');
  const secretFile = path.join(directory, 'webhook-secret');
  if (existsSync(file) && existsSync(secretFile)) {
    const route = `webhook-endpoints/${readFileSync(file, 'utf8').trim()}`;
    const known = await ask<Endpoint>(gateway, 'GET', route);
    if (known && known.url !== url) await ask(gateway, 'PATCH', route, { url });
    if (known) return secretFile;
  }
  const body = { url, description: 'The demo shop' };
  const made = await ask<Endpoint & { readonly secret: string }>(gateway, 'POST', 'webhook-endpoints', body);
  if (!made) throw new Error('the gateway has no webhook endpoints');
  keep(secretFile, made.secret);
  keep(file, made.id); // last: it says that the secret is whole
  return secretFile;
}

/** @returns undefined when there is no such thing */
async function ask<Body>(
  { gatewayUrl, apiKey }: Pick<ShopEndpointOptions, 'gatewayUrl' | 'apiKey'>,
  method: string,
  route: string,
  body?: { readonly url: string },
): Promise<Body | undefined> {
  const response = await fetch(`${gatewayUrl}/v1/${route}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
      // A start that was interrupted before the secret was kept gets the same one again.
      ...(method === 'POST' && { 'idempotency-key': `demo-shop-${new URL(body?.url ?? '').port}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 404) return undefined;
  const answer = (await response.json()) as Body & { readonly code?: string };
  if (!response.ok) throw new Error(`the gateway answered ${response.status} ${answer.code ?? ''}`.trim());
  return answer;
}
