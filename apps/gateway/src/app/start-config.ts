import { readEnvironment } from '../config/environment.js';
import { ConfigError, type GatewayConfig, loadConfig, subjectOf } from '../config/gateway-config.js';
import { keysFileProblem } from '../config/keystore-keys.js';
import { accountKeyProblem, paymentKeyProblem } from '../payments/bank-access/account-provisioner.js';

type Values = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming every mistake of this start at once, those inside keys and key files included */
export async function readStartConfig(env: Values): Promise<GatewayConfig> {
  const problems: string[] = [];
  const config = load(env, problems);
  const values = readEnvironment(env, []); // what cannot be read is told already
  const { ALLIANCE_PRIVATE_KEY: key, ALLIANCE_ENVIRONMENT: name, KEYSTORE_KEYS_FILE: file } = values;
  const { ALLIANCE_PAYMENT_KEY: paymentKey } = values;
  const inside = [
    key === undefined ? undefined : await accountKeyProblem(key, name === 'live' ? 'live' : 'test'),
    paymentKey === undefined ? undefined : paymentKeyProblem(paymentKey),
    file === undefined ? undefined : keysFileProblem(file),
  ];
  const isToldAlready = (sentence: string): boolean => problems.some((told) => subjectOf(told) === subjectOf(sentence));
  problems.push(...inside.filter((sentence) => sentence !== undefined).filter((sentence) => !isToldAlready(sentence)));
  if (config === undefined || problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

function load(env: Values, problems: string[]): GatewayConfig | undefined {
  try {
    return loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.message.split('\n'));
    return undefined;
  }
}
