// docs/benchmarks.md: a section for each benchmark, replaced when that one is run again.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const REPORT = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));

const HEAD = `# Benchmarks

Made by \`npm run bench [-- SECTION ...]\`: whole processes, start-up included. CPU seconds count every
thread, user and system. Absolute numbers drift with the machine: read the ratios, within one section.
`;

const marker = (name) => `<!-- ${name} -->`;

/** Writes the section `name`; the others, in the order of `names`, stay as they are. */
export function writeSection(names, name, text) {
  const old = existsSync(REPORT) ? readFileSync(REPORT, 'utf8') : '';
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const sections = names.map((other) => {
    if (other === name)
      return `${marker(name)}\n${text.trim()}\n\nMachine: ${machine}.\n${marker(`end of ${name}`)}\n`;
    const from = old.indexOf(marker(other));
    const end = marker(`end of ${other}`);
    return from < 0 ? '' : `${old.slice(from, old.indexOf(end) + end.length)}\n`;
  });
  writeFileSync(REPORT, [HEAD, ...sections.filter((section) => section !== '')].join('\n'));
}

/** `1,234,567` */
export const count = (value) => Math.round(value).toLocaleString('en-US');

/** A Markdown table. */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const say = (text) => process.stderr.write(`${text}\n`);
