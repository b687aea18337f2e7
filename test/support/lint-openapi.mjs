// Reads OpenAPI documents, a JSON array, and prints what Spectral's recommended rules find, a line each. A process of its
// own, because the test runner would load the linter's modules ten times as slowly.
import { text } from 'node:stream/consumers';
import core from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const spectral = new core.Spectral();
spectral.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
for (const document of JSON.parse(await text(process.stdin))) {
  for (const { code, path, message } of await spectral.run(document))
    process.stdout.write(`${document.info.title}: ${code} ${path.join('.')}: ${message}\n`);
}
