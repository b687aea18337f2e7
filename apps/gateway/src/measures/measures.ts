import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from '@prometheus-io/client';

/** Seconds. A request that asks the bank may take 25. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];
/** Seconds. Calls end after 20 at the latest, webhooks after 15. */
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** What this process has counted and timed since it started. No label holds an id of a payment, a name or an address. */
@Injectable()
export class Measures {
  readonly registry = new Registry();

  readonly requests = this.histogram(
    'gateway_http_request_duration_seconds',
    'Requests to this process, by method, route and status code.',
    ['method', 'route', 'status'],
    REQUEST_SECONDS,
  );
  readonly bankCalls = this.histogram(
    'gateway_bank_call_duration_seconds',
    'Calls to AlliancePay, by operation and outcome.',
    ['operation', 'outcome'],
    CALL_SECONDS,
  );
  readonly webhooks = this.histogram(
    'gateway_webhook_duration_seconds',
    'Attempts to deliver an event: delivered, refused by its receiver, or unanswered.',
    ['outcome'],
    CALL_SECONDS,
  );
  readonly callbacks = this.counter(
    'gateway_callbacks_total',
    'Callbacks of the bank: read, kept without being read, or to an address that is not ours.',
    ['verdict'],
  );
  readonly events = this.counter('gateway_events_total', 'Events that this process published, by type.', ['type']);
  readonly payments = this.counter(
    'gateway_payments_total',
    'Payments that came to this status, by method and failure code; counted by the process that publishes the event.',
    ['status', 'method', 'failure'],
  );
  readonly refunds = this.counter(
    'gateway_refunds_total',
    'Refunds that came to this status, by failure code; counted by the process that publishes the event.',
    ['status', 'failure'],
  );

  private counter(name: string, help: string, labelNames: string[]): Counter<string> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram<string> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}

/** Seconds since a reading of `performance.now()`. */
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;
