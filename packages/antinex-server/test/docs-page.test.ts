import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeFolder, startServer } from './support/server.ts';

const CHROMIUM = '/usr/bin/chromium';
const OPTIONS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--virtual-time-budget=20000', '--dump-dom'],
];

it.skipIf(!existsSync(CHROMIUM))(
  'a browser shows every operation that the description has (needs Chromium)',
  async () => {
    const server = await startServer();
    const { paths } = (await server.ask('GET', '/openapi.json')).json as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const { stdout } = await promisify(execFile)(
      CHROMIUM,
      [...OPTIONS, `--user-data-dir=${makeFolder()}`, `${server.url}/docs`],
      { maxBuffer: 2 ** 24, timeout: 60_000 },
    );
    const shown = [
      ...stdout.matchAll(/opblock-summary-method"[^>]*>(\w+)<.*?opblock-summary-path" data-path="([^"]+)"/gs),
    ].map(([, method, path]) => `${method.toLowerCase()} ${path}`);
    expect(operations.length).toBeGreaterThan(8);
    expect(shown.toSorted()).toEqual(operations.toSorted());
  },
);
