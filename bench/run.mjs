// npm run bench [-- [--quick] SECTION ...]: runs benchmarks and writes their sections of docs/benchmarks.md.
import { say, writeSection } from './report.mjs';

const SECTIONS = {
  offline: async () => (await import('./offline.mjs')).offline,
  capture: async () => (await import('./capture.mjs')).capture,
  flows: async () => (await import('./flows.mjs')).flows,
  processor: async () => (await import('./processor.mjs')).processorAlone,
  live: async () => (await import('./live.mjs')).live,
  models: async () => (await import('./models.mjs')).models,
  antinex: async () => (await import('./antinex.mjs')).antinex,
  novelty: async () => (await import('./novelty.mjs')).novelty,
};
const NAMES = Object.keys(SECTIONS);

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = args.filter((arg) => arg !== '--quick');
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  say(`bench: no section ${unknown.join(', ')}; there are ${NAMES.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : NAMES) {
  const measure = await SECTIONS[name]();
  const text = await measure({ quick });
  if (text === undefined) continue;
  if (quick) process.stdout.write(`${text}\n`);
  else writeSection(NAMES, name, text);
}
