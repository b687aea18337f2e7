/** A customer at the issuer, without a browser: confirms with the code that the simulator takes, or refuses. */
export async function passThreeDs(
  url: string | null | undefined,
  action: 'confirm' | 'reject' = 'confirm',
): Promise<URL> {
  const page = await (await fetch(url ?? 'about:blank')).text();
  const [, form = ''] = /action="([^"]+)"/u.exec(page) ?? [];
  const challenge = new URL(form, url ?? undefined);
  const body = new URLSearchParams({ otp: '1234', action });
  const answer = await fetch(challenge, { method: 'POST', body, redirect: 'manual' });
  const back = answer.headers.get('location');
  if (back === null) throw new Error(`The issuer's page answered ${answer.status}.`);
  return new URL(back, challenge);
}
