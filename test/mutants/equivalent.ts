/** Mutants that no test can notice, each with the reason, by their id in the report. */
export const EQUIVALENT: Readonly<Record<string, string>> = {};
