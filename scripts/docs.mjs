// npm run docs: writes the documents that are made from the catalogues.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flowFeaturesMarkdown } from '../packages/features/dist/index.js';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const fields = (format) =>
  execFileSync(process.execPath, [at('packages/cli/bin/netpipe.js'), 'fields', '--format', format]);

writeFileSync(at('docs/columns.md'), fields('markdown'));
writeFileSync(at('docs/message.schema.json'), fields('json-schema'));
writeFileSync(at('docs/flow-features.md'), flowFeaturesMarkdown());
