import { DefaultNamingStrategy } from 'typeorm';

/** Columns are snake_case in Postgres and camelCase in TypeScript. */
export class SnakeCaseNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, prefixes: string[]): string {
    const name = customName ?? propertyName.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
    return [...prefixes, name].join('_');
  }
}
