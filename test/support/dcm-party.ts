import { randomBytes, randomUUID } from 'node:crypto';

export interface DcmEmployee {
  readonly login: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** One bank as DCM and the gateway know it. */
export interface DcmParty {
  /** Of the API, `/api/v1` and `/kratos` lie below it. */
  readonly baseUrl: string;
  /** The gateway's log-in. */
  readonly employee: DcmEmployee;
  /** Another one, of the same roles at DCM; what he may do is the bank's to say. */
  readonly clerk: DcmEmployee;
  /** An element of COUNTERPARTIES_FILE. */
  readonly counterparty: {
    readonly guid: string;
    readonly name: string;
    readonly alias: string;
    readonly authServiceUrl: string;
    readonly employees: readonly DcmEmployee[];
  };
}

const anEmployee = (name: string): DcmEmployee => ({
  login: `${name}.${randomBytes(3).toString('hex')}@bank.example`,
  password: `Test-1-${randomBytes(9).toString('base64url')}`,
  roles: ['Administrator'],
});

export function aCounterparty(gatewayUrl: string, simulatorUrl: string): DcmParty {
  const [employee, clerk] = [anEmployee('operator'), anEmployee('clerk')];
  return {
    baseUrl: `${simulatorUrl}/dcm`,
    employee,
    clerk,
    counterparty: {
      guid: randomUUID(),
      name: 'Test bank',
      alias: 'testbank',
      authServiceUrl: `${gatewayUrl}/dcm/auth`,
      employees: [employee, clerk],
    },
  };
}
