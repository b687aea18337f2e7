import { createHash } from 'node:crypto';
import { systemCode } from './database-away.js';

/** Statements with a name of their own: the code has about a hundred texts, a list of values can make more. */
const NAMES_AT_MOST = 200;
/** A pooler gave the connection of somebody else: "no such prepared statement" and "there is one already". */
const FOREIGN_CONNECTION = /^(?:26000|42P05)$/u;

/**
 * Gives each text a name, under which a connection parses and plans it once: half of what Postgres does for a payment
 * was parsing and planning. A pooler that hands connections from one client to another without keeping prepared
 * statements is noticed by its first error; from then on nothing has a name.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();

  constructor(private wanted: boolean) {}

  /** @returns undefined for a text that is to be parsed anew each time */
  nameOf(text: string): string | undefined {
    if (!this.wanted) return undefined;
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= NAMES_AT_MOST) return known;
    // Made of the text alone: whoever gave this name on a connection that changed hands meant the same statement.
    const name = createHash('sha256').update(text).digest('base64url');
    this.names.set(text, name);
    return name;
  }

  /** @param error of a statement that had a name */
  failed(error: unknown): void {
    if (FOREIGN_CONNECTION.test(systemCode(error))) this.wanted = false;
  }
}
