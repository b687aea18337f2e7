// The servers of the README of webhook-receiver, on real sockets.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { signWebhook } from '@alliance-gateway/webhook-receiver';
import { createReceiver } from './readme/webhook-receiver/paid-orders.js';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
process.env['WEBHOOK_SECRETS'] = `${SECRET} whsec_${Buffer.alloc(32, 4).toString('base64')}`;

type Part = [string, () => Promise<void>];

/** @param url of the route */
async function tryServer(url: string, payment: string): Promise<void> {
  const { orders } = await import('./readme/webhook-receiver/webhooks.js');
  const subject = { type: 'payment', id: payment };
  const body = JSON.stringify({ id: `evt_${payment}`, type: 'payment.succeeded', subject, sequence: 2, data: {} });
  const signed = signWebhook({ id: `evt_${payment}`, timestamp: Math.floor(Date.now() / 1_000), body }, [SECRET]);
  const headers = { ...signed, 'content-type': 'application/json; charset=utf-8' };
  const post = async (text: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers, body: text })).status;
  assert.equal(await post(`${body} `), 400);
  assert.ok(!orders.paid.has(payment));
  assert.equal(await post(body), 204);
  assert.equal(await post(body), 204);
  assert.ok(orders.paid.has(payment));
}

async function tryListener(listener: RequestListener, payment: string): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await tryServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`, payment);
  server.closeAllConnections();
  server.close();
}

async function overNode(): Promise<void> {
  const { createPlainServer } = await import('./readme/webhook-receiver/main.node.js');
  await tryListener((request, response) => createPlainServer().emit('request', request, response), 'pay_node');
}

async function overFastify(): Promise<void> {
  const { createFastifyServer } = await import('./readme/webhook-receiver/main.fastify.js');
  const app = createFastifyServer();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await tryServer(`${url}/webhooks`, 'pay_fastify');
  await app.close();
}

async function overNest(): Promise<void> {
  const { WebhooksController } = await import('./readme/webhook-receiver/webhooks.controller.js');
  class WebhooksModule {}
  Module({ controllers: [WebhooksController] })(WebhooksModule);
  const options = { rawBody: true, logger: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(WebhooksModule, new FastifyAdapter(), options);
  await app.listen(0, '127.0.0.1');
  await tryServer(`${await app.getUrl()}/webhooks`, 'pay_nest');
  await app.close();
}

async function itsTests(): Promise<void> {
  const { marksPaidOrders } = await import('./readme/webhook-receiver/webhooks.test.js');
  await marksPaidOrders(SECRET);
  assert.ok(createReceiver);
}

/** Express runs where it is installed; its name is not followed by the compiler. */
export async function webhookParts(): Promise<Part[]> {
  const expressFile: string = './readme/webhook-receiver/main.express.js';
  const express = await import(expressFile).then(
    (file: { createExpressServer: () => RequestListener }) => file.createExpressServer,
    () => undefined,
  );
  return [
    ['webhooks over node:http', overNode],
    ['webhooks over Fastify', overFastify],
    ['webhooks over Nest', overNest],
    ...(express ? [['webhooks over Express', () => tryListener(express(), 'pay_express')] as Part] : []),
    ['tests of webhooks', itsTests],
  ];
}
