export { type JsonRules, parseStrictJson, StrictJsonError, type StrictJsonReason } from './strict-json.js';
