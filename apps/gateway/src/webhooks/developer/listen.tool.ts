import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Terminal, tool, ToolError } from '../../audit/tool.js';
import { type EventView } from '../../outbox/event-view.js';
import { secretOf, signMessage } from '../delivery/signature.js';
import { webAddress } from './web-address.js';

const GATEWAY = 'http://127.0.0.1:4000';
/** Between two looks at the feed, and after a look that failed. Milliseconds. */
const PAUSE_MS = 1_000;
/** For a look at the feed, and for an answer of the receiver. Milliseconds. */
const TIMEOUT_MS = 15_000;

const listen = z.strictObject({
  forward: webAddress,
  gateway: webAddress.optional(),
  apiKey: z.string().min(1).optional(),
  types: z.array(z.string()).default([]),
  fromStart: z.boolean().default(false),
});

/** Where events come from. */
interface Feed {
  readonly gateway: string;
  readonly apiKey: string;
}

interface Page {
  readonly data: readonly EventView[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

export const LISTEN = tool({
  cli: {
    name: 'listen',
    help: 'Bring the events of an account to a receiver on this machine, signed as webhooks are. Without options it takes the gateway and the key of npm start.',
    options: {
      forward: { flag: 'forward', as: 'text' },
      gateway: { flag: 'gateway', as: 'text' },
      apiKey: { flag: 'api-key-file', as: 'secret_file' },
      types: { flag: 'types', as: 'list' },
      fromStart: { flag: 'from-start', as: 'switch' },
    },
  },
  input: listen,
  run: async ({ forward, types, fromStart, ...given }, terminal) => {
    const feed = feedOf(given, terminal.env);
    const secret = secretOf(createHmac('sha256', feed.apiKey).update('webhooks forwarded to a laptop').digest());
    const first = await read(feed, fromStart ? undefined : 'latest', terminal.signal);
    terminal.print(`Events of ${feed.gateway} go to ${forward}. Ctrl-C ends it.`);
    terminal.print(`They are signed with ${secret}, which stays the same for this API key: give it to your receiver.`);
    for await (const event of eventsAfter(feed, first, terminal)) {
      if (types.length === 0 || types.includes(event.type)) terminal.print(await forwardTo(forward, event, secret));
    }
    return 0;
  },
});

/** The events of the first page and all that follow, until the terminal ends. */
async function* eventsAfter(feed: Feed, first: Page, { signal, print }: Terminal): AsyncGenerator<EventView> {
  let page = first;
  let isAway = false;
  for (;;) {
    for (const event of page.data) {
      if (signal.aborted) return;
      yield event;
    }
    if (!page.hasMore || isAway) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const next = await read(feed, page.nextCursor, signal).catch((error: unknown) => {
      if (error instanceof ToolError && error.isFinal) throw error;
      if (!isAway && !signal.aborted)
        print(`${error instanceof Error ? error.message : String(error)} It is asked again.`);
      return undefined;
    });
    isAway = next === undefined;
    page = next ?? { ...page, data: [] };
  }
}

/** @throws ToolError */
async function read({ gateway, apiKey }: Feed, cursor: string | undefined, signal: AbortSignal): Promise<Page> {
  const query = new URLSearchParams({ limit: '100', ...(cursor !== undefined && { cursor }) });
  const response = await fetch(`${gateway}/v1/events?${query.toString()}`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch(() => {
    throw new ToolError(`The gateway does not answer at ${gateway}.`, false);
  });
  const body = (await response.json().catch(() => ({}))) as Page & { readonly code?: string; readonly detail?: string };
  if (response.ok) return body;
  const isFinal = response.status < 500 && response.status !== 429;
  throw new ToolError(
    `The gateway answered ${response.status} ${body.code ?? ''}. ${body.detail ?? ''}`.trim(),
    isFinal,
  );
}

/** Once; the receiver's answer changes nothing here. @returns what became of it */
async function forwardTo(url: string, event: EventView, secret: string): Promise<string> {
  const body = JSON.stringify(event);
  const signed = signMessage({ id: event.id, timestamp: Math.floor(Date.now() / 1_000), body }, [secret]);
  const headers = { ...signed, 'content-type': 'application/json; charset=utf-8' };
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const outcome = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).then(
    async (response) => {
      await response.body?.cancel();
      return String(response.status);
    },
    () => (signal.aborted ? 'no answer' : 'nobody listens'),
  );
  const took = Math.round(performance.now() - startedAt);
  return `${event.createdAt} ${event.type} ${event.subject.id} ${event.sequence} -> ${outcome} in ${took} ms`;
}

interface Given {
  readonly gateway?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** What is not given is taken from the variables of a shop, and then from the demo. */
function feedOf({ gateway, apiKey }: Given, env: Terminal['env']): Feed {
  const set = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const demo = path.join(set('DATA_DIR') ?? '.data', 'demo', 'api-key');
  return {
    gateway: (gateway ?? set('GATEWAY_URL') ?? GATEWAY).replace(/\/$/u, ''),
    apiKey: apiKey ?? set('GATEWAY_API_KEY') ?? readKey(set('GATEWAY_API_KEY_FILE') ?? demo),
  };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new ToolError(`There is no API key: ${file} cannot be read. Give --api-key-file, or run npm start once.`);
  }
}
