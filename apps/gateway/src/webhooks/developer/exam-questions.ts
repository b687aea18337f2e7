import { type Answer, type Event, type Examiner, type Tricks } from './examiner.js';

/** `open`: it cannot be told from outside. */
export type Verdict = { readonly kind: 'ok' } | { readonly kind: 'wrong' | 'open'; readonly seen: string };

/** One thing that a receiver must do. */
export interface Question {
  readonly name: string;
  /** What comes of it in a shop that gets it wrong. */
  readonly consequence: string;
  readonly ask: (examiner: Examiner) => Promise<Verdict>;
}

/** Of a message, either way; receivers and gateways allow five minutes. Seconds. */
const TOO_FAR = 600;
/** Characters; no event has a thousandth of it. */
const HUGE = 2_000_000;

const OK: Verdict = { kind: 'ok' };
const wrong = (seen: string): Verdict => ({ kind: 'wrong', seen });

function seenIn(answer: Answer): string {
  if (answer === 'timeout') return 'there was no answer in time';
  if (answer === 'closed') return 'the connection ended without an answer';
  if (answer >= 300 && answer < 400) return `it answered ${answer}, and no redirect is followed`;
  if (answer === 410) return 'it answered 410, which switches the endpoint off';
  return `it answered ${answer}`;
}

const isTaken = (answer: Answer): boolean => typeof answer === 'number' && answer >= 200 && answer < 300;
const isRefused = (answer: Answer): boolean =>
  typeof answer === 'number' && answer >= 400 && answer < 500 && answer !== 410;

/** All must be answered 2xx. */
function taken(answers: readonly Answer[]): Verdict {
  const bad = answers.find((answer) => !isTaken(answer));
  return bad === undefined ? OK : wrong(seenIn(bad));
}

const refuses =
  (trick: (examiner: Examiner) => Tricks): Question['ask'] =>
  async (examiner) => {
    const answer = await examiner.send(examiner.newPayment()(1), trick(examiner));
    return isRefused(answer) ? OK : wrong(seenIn(answer));
  };

/** Every one is answered 2xx, and then these took effect. */
async function effects(examiner: Examiner, answers: readonly Answer[], about: Event, rule: Rule): Promise<Verdict> {
  const verdict = taken(answers);
  if (verdict.kind !== 'ok') return verdict;
  const seen = await examiner.effectsOf(about, rule.expected);
  if (!seen) return { kind: 'open', seen: 'nobody says what took effect; give --effects' };
  return rule.holds(seen) ? OK : wrong(`these took effect, in this order: ${seen.join(', ') || 'none'}`);
}

interface Rule {
  /** How many effects there are to wait for. */
  readonly expected: number;
  readonly holds: (effects: readonly number[]) => boolean;
}

const ONCE: Rule = { expected: 1, holds: (seen) => seen.length === 1 };
const FORWARD: Rule = {
  expected: 2,
  holds: (seen) => seen.at(-1) === 3 && seen.every((sequence, at) => at === 0 || sequence > (seen[at - 1] ?? 0)),
};

/** The first one is the ground of all others. */
export const QUESTIONS: readonly Question[] = [
  {
    name: 'takes an event that is rightly signed',
    consequence: 'Nothing else was asked: check the address and the secret.',
    ask: async (examiner) => taken([await examiner.send(examiner.newPayment()(1))]),
  },
  {
    name: 'takes it with the signature of another secret before its own, as during a rotation',
    consequence: 'Every event is lost from the moment that you rotate the secret.',
    ask: async (examiner) => {
      const secrets = [examiner.stranger(), examiner.own];
      return taken([await examiner.send(examiner.newPayment()(1), { secrets })]);
    },
  },
  {
    name: 'takes a body that is written with spaces and escapes',
    consequence:
      'It verifies JSON that was parsed and written again: the next change of a serializer loses every event.',
    ask: async (examiner) => {
      const write = (event: object) => JSON.stringify(event, undefined, 1).replace('payment', String.raw`\u0070ayment`);
      return taken([await examiner.send(examiner.newPayment()(1), { write })]);
    },
  },
  {
    name: 'takes a type that it does not know',
    consequence: 'A new version of the gateway has new types: each is sent again for three days.',
    ask: async (examiner) => taken([await examiner.send(examiner.newPayment()(1, 'payment.of_a_later_version'))]),
  },
  {
    name: 'lets a repeated event take effect once',
    consequence: 'Every answer that gets lost makes the gateway send again: something is shipped or paid twice.',
    ask: async (examiner) => {
      const event = examiner.newPayment()(1);
      const answers = [await examiner.send(event), await examiner.send(event, { laterBy: 1 })];
      return effects(examiner, answers, event, ONCE);
    },
  },
  {
    name: 'lets an event that comes twice at the same time take effect once',
    consequence: 'Two processes of the gateway may send at once: both found nothing, and both shipped.',
    ask: async (examiner) => {
      const event = examiner.newPayment()(1);
      const answers = await Promise.all([examiner.send(event), examiner.send(event), examiner.send(event)]);
      return effects(examiner, answers, event, ONCE);
    },
  },
  {
    name: 'is not set back by an event that comes late',
    consequence: 'A paid order becomes unpaid again: go by `sequence`, not by the order of arrival.',
    ask: async (examiner) => {
      const event = examiner.newPayment();
      const answers: Answer[] = [];
      for (const sequence of [1, 3, 2]) answers.push(await examiner.send(event(sequence)));
      return effects(examiner, answers, event(3), FORWARD);
    },
  },
  {
    name: 'refuses the signature of another secret',
    consequence: 'Anybody can tell it that an order is paid.',
    ask: refuses((examiner) => ({ secrets: [examiner.stranger()] })),
  },
  {
    name: 'refuses a body that was changed after it was signed',
    consequence: 'Anybody on the way can change what an event says.',
    ask: refuses(() => ({ body: '{"type":"payment.succeeded","data":{}}' })),
  },
  {
    name: 'refuses an event without a signature',
    consequence: 'Anybody can tell it that an order is paid.',
    ask: refuses(() => ({ without: /^webhook-signature$/u })),
  },
  {
    name: 'refuses an event without a time',
    consequence: 'What was recorded once can be played back for ever.',
    ask: refuses(() => ({ without: /^webhook-timestamp$/u })),
  },
  {
    name: 'refuses what was signed ten minutes ago',
    consequence: 'What was recorded once can be played back for ever.',
    ask: refuses(() => ({ laterBy: -TOO_FAR })),
  },
  {
    name: 'refuses what was signed for in ten minutes',
    consequence: 'Whoever has such a message can play it back until then and beyond.',
    ask: refuses(() => ({ laterBy: TOO_FAR })),
  },
  {
    name: 'takes an event while another one arrives slowly',
    consequence: 'One slow connection keeps all others waiting.',
    ask: async (examiner) => {
      const other = examiner.newPayment()(1);
      const [slow, meanwhile] = await examiner.sendSlowly(examiner.newPayment()(1), () => examiner.send(other));
      if (!isTaken(meanwhile)) return wrong(`of the other one, ${seenIn(meanwhile)}`);
      return isTaken(slow) || isRefused(slow) ? OK : wrong(`of the slow one, ${seenIn(slow)}`);
    },
  },
  {
    name: 'refuses two megabytes, and goes on',
    consequence: 'Anybody can fill its memory.',
    ask: async (examiner) => {
      const answer = await examiner.send(examiner.newPayment()(1), { body: ' '.repeat(HUGE) });
      if (!isRefused(answer) && answer !== 'closed') return wrong(seenIn(answer));
      const next = await examiner.send(examiner.newPayment()(1));
      return isTaken(next) ? OK : wrong(`of the next event, ${seenIn(next)}`);
    },
  },
];
