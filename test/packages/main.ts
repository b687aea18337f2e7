// npm run test:packages: installs the packages from the registry, with Nest 11 and 12, and runs every kind of consumer.
import { PackageConsumer } from './package-consumer.js';

/** Milliseconds for all of it; most is the registry's. */
const BUDGET_MS = 900_000;
const NEST_MAJORS = [11, 12] as const;

/** What a Nest application of that version sees of the packages. */
async function tryWith(nest: number): Promise<void> {
  const consumer = await PackageConsumer.make();
  try {
    await consumer.install(nest);
    console.log(`Nest ${nest}: installed`);
    await consumer.compile();
    console.log(`Nest ${nest}: compiled in strict TypeScript, the libraries' own types checked, too`);
    console.log((await consumer.runModules()).trim());
    console.log((await consumer.runCommonJs()).trim());
    await consumer.runJest();
    console.log(`ok Jest with Nest ${nest}`);
  } finally {
    await consumer.remove();
  }
}

const budget = setTimeout(() => {
  console.error(`The packages were not tried within ${BUDGET_MS / 1000} s.`);
  process.exit(1);
}, BUDGET_MS);
for (const nest of NEST_MAJORS) await tryWith(nest);
clearTimeout(budget);
