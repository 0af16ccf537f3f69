// Shows a file of predictions: how many rows have which label, whose they are, and a few of them.
// usage: node show-predictions.mjs FILE.csv [ATTACKER]      exits 1 if there are none; with the address
// of an attacker it tells, too, how many of its packets were found
import { readFileSync } from 'node:fs';
import Papa from 'papaparse';

const SHOWN_ROWS = 12;
const SHOWN_HOSTS = 5;

const count = (number) => number.toLocaleString('en-US');
const percent = (part, whole) => (whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)} %`);

function countBy(rows, keyOf) {
  const counts = new Map();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function table(rows) {
  const names = Object.keys(rows[0]);
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
    .join('\n');
}

/** Some of each label, spread over the file. */
function choose(rows) {
  const labels = countBy(rows, ({ label_name }) => label_name).map(([label]) => label);
  return labels
    .flatMap((label) => {
      const ofLabel = rows.filter(({ label_name }) => label_name === label);
      const step = Math.max(1, Math.floor((ofLabel.length * labels.length) / SHOWN_ROWS));
      return ofLabel.filter((_, i) => i % step === 0).slice(0, Math.ceil(SHOWN_ROWS / labels.length));
    })
    .sort((a, b) => a.idx - b.idx)
    .map(({ time, src, sport, dst, dport, label_name, packet_id }) => ({
      time: time.slice(11, 23),
      from: sport ? `${src} ${sport}` : src,
      to: dport ? `${dst} ${dport}` : dst,
      label_name,
      packet_id,
    }));
}

const [path, attacker] = process.argv.slice(2);
let rows = [];
try {
  rows = Papa.parse(readFileSync(path, 'utf8'), { header: true, skipEmptyLines: true }).data;
} catch (error) {
  console.error(`there are no predictions: ${error.message}`);
}
if (rows.length === 0) {
  console.error(`${path} has no rows`);
  process.exit(1);
}

const attacks = rows.filter(({ label_name }) => label_name === 'attack');
const labels = countBy(rows, ({ label_name }) => label_name);
const hosts = countBy(attacks, ({ src }) => src).slice(0, SHOWN_HOSTS);
console.log(`
Predictions:  ${path}
Rows:         ${count(rows.length)}, a packet each, by ${rows[0].model}

${table(labels.map(([label_name, packets]) => ({ label_name, packets: count(packets) })))}
${hosts.length === 0 ? '' : `\nMost attack packets come from:\n${table(hosts.map(([src, packets]) => ({ src, packets: count(packets) })))}\n`}
Some rows, in a few of the columns:
${table(choose(rows))}
`);
if (attacker !== undefined) {
  const isAttack = ({ src, dst }) => src === attacker || dst === attacker;
  const [bad, good] = [rows.filter(isAttack), rows.filter((row) => !isAttack(row))];
  const found = bad.filter(({ label_name }) => label_name === 'attack').length;
  const wrong = attacks.length - found;
  console.log(`Of ${count(bad.length)} packets with the attacker ${attacker}, ${count(found)} (${percent(found, bad.length)}) were found;
of ${count(good.length)} others, ${count(wrong)} (${percent(wrong, good.length)}) were taken for attacks.
`);
}
