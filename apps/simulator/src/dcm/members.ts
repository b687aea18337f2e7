import { type JsonObject } from './strict-json.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function textMember(row: JsonObject, name: string, fallback?: string): string {
  const value = row[name] ?? fallback;
  if (typeof value !== 'string' || value.trim() === '') throw new Error(`${name} must be a non-empty string`);
  return value.trim();
}

export function uuidMember(row: JsonObject, name: string): string {
  const value = row[name];
  if (typeof value !== 'string' || !UUID.test(value)) throw new Error(`${name} must be a UUID`);
  return value.toLowerCase();
}

export function urlMember(row: JsonObject, name: string): string {
  const value = textMember(row, name);
  if (!URL.canParse(value) || !/^https?:/i.test(value)) throw new Error(`${name} must be a web address`);
  return value.replace(/\/+$/, '');
}

export const listMember = (row: JsonObject, name: string): readonly unknown[] => {
  const value = row[name] ?? [];
  if (!Array.isArray(value)) throw new Error(`${name} must be a list`);
  return value;
};
