import { gatewayUrlOf, simulatorUrlOf } from './app-plan.js';
import { type LauncherConfig } from './launcher-config.js';

/** A question of DCM in the simulator's ledger. */
export interface LedgerLine {
  readonly seq: number;
  readonly call: string;
  readonly obj: string;
  readonly sub: string;
  readonly kid: string;
  readonly httpStatus: number | null;
  readonly durationMs: number;
}

export interface DecisionLine {
  readonly call: string | null;
  readonly subject: string | null;
  readonly flow: string | null;
  readonly allowed: boolean;
  readonly reason: string | null;
}

interface Keys {
  readonly keys: readonly { readonly id: string; readonly status: string }[];
  readonly lastError: string | null;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The running stack as an operator sees it: the gateway's routes, and the ledger of the simulator. */
export class DemoClient {
  private readonly gatewayUrl: string;
  private readonly simulatorUrl: string;

  constructor(
    config: LauncherConfig,
    private readonly opsKey: string,
  ) {
    this.gatewayUrl = gatewayUrlOf(config);
    this.simulatorUrl = simulatorUrlOf(config);
  }

  keys(): Promise<Keys> {
    return this.ops('GET', 'keys');
  }

  async decisions(limit: number): Promise<readonly DecisionLine[]> {
    return (await this.ops<{ data: DecisionLine[] }>('GET', `decisions?limit=${limit}`)).data;
  }

  /** Leaves one that is known as it is. */
  async addSubject(sub: string): Promise<void> {
    const { status, body } = await this.send('POST', 'subjects', { sub });
    if (status !== 201 && status !== 409) throw new Error(`The gateway answered ${status}: ${JSON.stringify(body)}`);
  }

  /** An operation of DCM, whatever comes of it. */
  call(operation: object): Promise<Answer> {
    return this.send('POST', 'operations', operation);
  }

  /** @throws Error where the gateway says no */
  async ops<Body>(method: string, route: string, body?: object): Promise<Body> {
    const { status, body: answer } = await this.send(method, route, body);
    if (status >= 300) throw new Error(`The gateway answered ${status}: ${JSON.stringify(answer)}`);
    return answer as Body;
  }

  async callbacksAfter(seq: number): Promise<readonly LedgerLine[]> {
    return (await this.ledger()).filter((line) => line.seq > seq);
  }

  async ledgerEnd(): Promise<number> {
    return (await this.ledger()).at(-1)?.seq ?? 0;
  }

  private async ledger(): Promise<readonly LedgerLine[]> {
    const response = await fetch(`${this.simulatorUrl}/control/ledger?kind=dcm.callback`);
    return ((await response.json()) as { entries: LedgerLine[] }).entries;
  }

  private async send(method: string, route: string, body?: object): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.opsKey}`,
      ...(body && { 'content-type': 'application/json' }),
    };
    const sent = body && { body: JSON.stringify(body) };
    const response = await fetch(`${this.gatewayUrl}/ops/dcm/${route}`, { method, headers, ...sent });
    return { status: response.status, body: await response.json() };
  }
}
