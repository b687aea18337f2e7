import { ConfigError } from '../config/gateway-config.js';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** @throws ConfigError naming PORT or HOST, whichever is in the way */
export async function listenAt({ host, port }: Place, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    throw new ConfigError(sentenceOf((error as NodeJS.ErrnoException).code ?? String(error), { host, port }), {
      cause: error,
    });
  }
}

function sentenceOf(code: string, { host, port }: Place): string {
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${port} is taken on ${host}: stop what listens there or set PORT to another one.`;
    case 'EACCES':
      return `PORT ${port} is reserved for the system: set PORT to one above 1023, or allow this user to take it.`;
    default:
      return `HOST is not an address of this machine (${host}, ${code}): set it to one, such as 127.0.0.1 or 0.0.0.0.`;
  }
}
