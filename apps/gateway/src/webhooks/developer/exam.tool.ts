import { z } from 'zod';
import { tool } from '../../audit/tool.js';
import { Examiner } from './examiner.js';
import { QUESTIONS, type Verdict } from './exam-questions.js';
import { webAddress } from './web-address.js';

/** Seconds. What the gateway itself waits for an answer. */
const PATIENCE = '15';

const exam = z.strictObject({
  url: webAddress,
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/u, { error: 'must hold a secret such as whsec_…' }),
  effects: webAddress.optional(),
  timeoutSeconds: z.coerce.number().pipe(z.number().positive().max(60)),
});

const SHOWN: Readonly<Record<Verdict['kind'], string>> = { ok: 'ok   ', wrong: 'WRONG', open: '?    ' };

export const EXAM = tool({
  cli: {
    name: 'webhooks exam',
    help: 'Send a receiver events that are repeated, out of order, wrongly signed, late, slow and too large, and say what it got wrong. FILE holds its secret; the second address answers which events took effect.',
    args: ['url'],
    options: {
      secret: { flag: 'secret-file', as: 'secret_file', isNeeded: true },
      effects: { flag: 'effects', as: 'text' },
      timeoutSeconds: { flag: 'timeout-seconds', as: 'text', fallback: PATIENCE },
    },
  },
  input: exam,
  run: async ({ url, secret, effects, timeoutSeconds }, { print }) => {
    const examiner = new Examiner({ url, secret, effects, timeoutMs: timeoutSeconds * 1_000 });
    const counts = { ok: 0, wrong: 0, open: 0 };
    for (const { name, ask, consequence } of QUESTIONS) {
      const verdict = await ask(examiner);
      counts[verdict.kind] += 1;
      print(`${SHOWN[verdict.kind]}  ${name}${verdict.kind === 'ok' ? '' : `: ${verdict.seen}`}`);
      if (verdict.kind === 'wrong') print(`       ${consequence}`);
      if (verdict.kind === 'wrong' && name === QUESTIONS[0]?.name) return 1; // nothing else would mean anything
    }
    print(`\n${counts.ok} right, ${counts.wrong} wrong, ${counts.open} not judged.`);
    return counts.wrong === 0 ? 0 : 1;
  },
});
