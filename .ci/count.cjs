// The last line of `.ci/run`: how many tests passed and failed. Arguments: Jest's report of the whole run, and the one of
// the files that were run once more (empty when none were). A file that was run again counts as it ended then. A file
// that could not even run holds no tests to count and is one failure.
const { readFileSync } = require('node:fs');

const [whole, again] = process.argv.slice(2).map(reportIn);
const ended = new Map([...whole, ...again].map((file) => [file.name, file]));
for (const { name } of again.filter((file) => failures(file) === 0))
  console.log(`unsteady: ${name} failed, then passed`);

const files = [...ended.values()];
const passed = sum(files.map((file) => withStatus(file, 'passed')));
const failed = sum(files.map(failures));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function reportIn(file) {
  const text = readFileSync(file, 'utf8');
  return text === '' ? [] : JSON.parse(text).testResults;
}

function failures(file) {
  const tests = withStatus(file, 'failed');
  return tests === 0 && file.status === 'failed' ? 1 : tests;
}

function withStatus(file, status) {
  return file.assertionResults.filter((test) => test.status === status).length;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
