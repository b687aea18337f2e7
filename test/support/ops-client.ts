/** A line of GET /ops/sessions. */
export interface SessionLine {
  readonly accountId: string;
  readonly state: 'none' | 'active' | 'expired' | 'blocked';
  readonly version: number;
  readonly lastError: string | null;
  readonly failuresInARow: number;
  readonly blockedBy: 'bank' | 'operator' | null;
  readonly blockedReason: string | null;
  readonly nextProbeAt: string | null;
  readonly renewalsLastHour: number;
  readonly reactiveRenewalsLastHour: number;
  readonly alarm: 'many_refusals' | 'blocked' | null;
}

export interface OpsAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** The operators' routes of one gateway. Never throws for an HTTP status. */
export class OpsClient {
  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
  ) {}

  async sessions(): Promise<readonly SessionLine[]> {
    return (await this.call<{ data: SessionLine[] }>('GET', 'sessions')).body.data;
  }

  /** @throws Error when there is no such account */
  async session(accountId: string): Promise<SessionLine> {
    const line = (await this.sessions()).find((session) => session.accountId === accountId);
    if (!line) throw new Error(`no account ${accountId} in /ops/sessions`);
    return line;
  }

  renew(accountId: string): Promise<OpsAnswer<{ version: number }>> {
    return this.call('POST', `sessions/${accountId}/renew`);
  }

  async call<Body>(method: string, path: string, body?: object): Promise<OpsAnswer<Body>> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.baseUrl}/ops/${path}`, { method, headers, ...sent });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }
}
