/** Why a subject was not let do what it asked. Told to the audit, never to the caller. */
export type AccessRefusal = 'SUBJECT_UNKNOWN' | 'OBJECT_UNKNOWN' | 'NO_RULE';

export interface AccessFacts {
  /** A known employee or technical user that is not disabled. */
  readonly subjectKnown: boolean;
  /** A known object that is not disabled. */
  readonly objectKnown: boolean;
  /** A rule names this subject (or all), this flow, and this object (or all). */
  readonly permitted: boolean;
}

/** Deny by default: all three must hold. @returns undefined when it may */
export function refusalOf({ subjectKnown, objectKnown, permitted }: AccessFacts): AccessRefusal | undefined {
  if (!subjectKnown) return 'SUBJECT_UNKNOWN';
  if (!objectKnown) return 'OBJECT_UNKNOWN';
  return permitted ? undefined : 'NO_RULE';
}
