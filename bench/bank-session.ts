import { CommunicationKey, openJwe } from '#libs/alliance';
import { type DemoMerchant } from '../test/support/demo-merchant.js';

interface SessionHeaders {
  readonly deviceId: string;
  readonly refreshToken: string;
}

/** Authorizes once at the simulator; the floor then uses this session for all its payments. */
export async function authorize(bankUrl: string, merchant: DemoMerchant): Promise<SessionHeaders> {
  const response = await fetch(`${bankUrl}/api-gateway/authorize_virtual_device`, {
    method: 'POST',
    headers: { 'x-api_version': 'V1', 'content-type': 'application/json' },
    body: JSON.stringify({ serviceCode: merchant.bank.serviceCode }),
  });
  const { jwe } = (await response.json()) as { jwe?: string };
  if (jwe === undefined) throw new Error(`The simulator refused a session: ${response.status}`);
  const key = await CommunicationKey.import(JSON.parse(merchant.privateKey));
  return JSON.parse(Buffer.from(await openJwe(jwe, key)).toString()) as SessionHeaders;
}
