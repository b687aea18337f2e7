import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type DcmEmployee, type DcmParty } from './dcm-party.js';

export interface DcmCounters {
  readonly jwksFetches: number;
  readonly callbacks: number;
}

export interface DcmLedgerEntry {
  readonly seq: number;
  readonly kind: string;
  readonly call?: string;
  readonly httpStatus?: number | null;
  readonly kid?: string;
  readonly sub?: string;
  readonly obj?: string;
}

/** The levers of the simulator's DCM, and DCM as an employee's own program would call it. */
export class DcmControl {
  constructor(
    private readonly simulatorUrl: string,
    private readonly party: DcmParty,
  ) {}

  counters(): Promise<DcmCounters> {
    return this.call('GET', 'dcm/counters');
  }

  rotate(overlap: boolean): Promise<unknown> {
    return this.call('POST', 'dcm/rotate', { overlap });
  }

  /** DCM's keys change with its clock; its tokens are to be of our time all the same. */
  async letKeysAge(ms: number): Promise<void> {
    await this.call('POST', 'dcm/faults', { kind: 'skew_clock', skewMs: -ms });
    await this.call('POST', 'clock', { advanceMs: ms });
  }

  configure(settings: object): Promise<unknown> {
    return this.call('POST', 'dcm/settings', settings);
  }

  /** Where DCM asks its questions from now on. */
  askAt(authServiceUrl: string): Promise<unknown> {
    return this.configureCounterparty({ authServiceUrl });
  }

  /** @param over members of an element of COUNTERPARTIES_FILE */
  configureCounterparty(over: object): Promise<unknown> {
    return this.call('POST', 'dcm/counterparties', { ...this.party.counterparty, ...over });
  }

  addFault(fault: object): Promise<unknown> {
    return this.call('POST', 'dcm/faults', fault);
  }

  clearFaults(): Promise<unknown> {
    return this.call('DELETE', 'dcm/faults');
  }

  async callbacks(): Promise<readonly DcmLedgerEntry[]> {
    return (await this.call<{ entries: DcmLedgerEntry[] }>('GET', 'ledger?kind=dcm.callback')).entries;
  }

  async logIn({ login, password }: DcmEmployee): Promise<string> {
    const flow = await fetch(`${this.party.baseUrl}/kratos/self-service/login/api`);
    const { id } = (await flow.json()) as { id: string };
    const body = new URLSearchParams({ identifier: login, password, method: 'password', csrf_token: '' });
    const answer = await fetch(`${this.party.baseUrl}/kratos/self-service/login?flow=${id}`, { method: 'POST', body });
    return ((await answer.json()) as { session_token: string }).session_token;
  }

  /** @returns the HTTP status */
  async operate(session: string, path: string, body: object): Promise<number> {
    const url = `${this.party.baseUrl}/api/v1/counterparty/${this.party.counterparty.guid}/${path}`;
    const headers = { authorization: `Bearer ${session}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${this.simulatorUrl}/control/${path}`, { method, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /control/${path} answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** Stands before the Bank Auth Service and keeps the tokens that pass. */
export class TokenTap {
  readonly tokens: string[] = [];
  private constructor(private readonly server: Server) {}

  static async open(target: string): Promise<TokenTap> {
    const server = createServer((request, response) => {
      const token = String(request.headers['x-session-id']);
      tap.tokens.push(token);
      void fetch(`${target}${request.url ?? ''}`, { headers: { 'x-session-id': token } }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      });
    });
    const tap = new TokenTap(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
