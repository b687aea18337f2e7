import { type ProblemTable } from '../problems/coded-error.js';
import { type Json } from './api-description.js';

/** Why money did not move, for the merchant's developers. */
export interface FailureAdvice {
  readonly message: string;
  readonly advice: string;
  /** Another try may end otherwise. */
  readonly retry: boolean;
  /** What may be shown to the customer. */
  readonly customer: { readonly en: string; readonly uk: string };
}

/** What is served below /docs, as the composition hands it in. */
export class ApiDocuments {
  constructor(
    readonly openApi: Json,
    readonly problems: ProblemTable,
    readonly failures: Readonly<Record<string, FailureAdvice>>,
  ) {}
}
