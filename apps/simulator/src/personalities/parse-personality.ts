import { type JsonObject } from '../protocol/body-codec.js';
import { isPersonality, type PersonalityName, PERSONALITIES } from './catalogue.js';
import { type Options } from './personality.js';

export interface PersonalityRequest {
  readonly name: PersonalityName;
  /** Uses until it has no effect any more; Infinity unless told. */
  readonly times: number;
  /** Bank time until it has no effect any more. */
  readonly forMs?: number;
  /** Only calls of this merchant's service code. */
  readonly merchantId?: string;
  /** Substring of the request path. */
  readonly path?: string;
  readonly options: Options;
}

/** Options of every personality: none has one of its own by these names. */
export const COMMON: Readonly<Record<string, 'number' | 'string'>> = {
  times: 'number',
  forMs: 'number',
  merchantId: 'string',
  path: 'string',
};

const requireWhole = (value: unknown, name: string): void => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number`);
};

/** @throws Error with one sentence. */
export function parsePersonality({ name, ...members }: JsonObject): PersonalityRequest {
  if (!isPersonality(name)) throw new Error(`name must be one of ${Object.keys(PERSONALITIES).join(', ')}`);
  const defaults: Options = PERSONALITIES[name].options;
  for (const [member, value] of Object.entries(members)) {
    const type = Object.hasOwn(defaults, member) ? typeof defaults[member] : COMMON[member];
    if (type === undefined) throw new Error(`${name} has no option ${member}: it has ${optionNames(defaults)}`);
    if (typeof value !== type) throw new Error(`${member} must be a ${type}`);
    requireWhole(value, member);
  }
  const given = members as Partial<Omit<PersonalityRequest, 'name' | 'options'>> & Options;
  const own = Object.keys(defaults).map((member) => [member, given[member] ?? defaults[member]] as const);
  const { times = Infinity, forMs, merchantId, path } = given;
  return {
    name,
    times,
    ...(forMs !== undefined && { forMs }),
    ...(merchantId !== undefined && { merchantId }),
    ...(path !== undefined && { path }),
    options: Object.fromEntries(own) as Options,
  };
}

const optionNames = (defaults: Options): string => [...Object.keys(defaults), ...Object.keys(COMMON)].join(', ');
