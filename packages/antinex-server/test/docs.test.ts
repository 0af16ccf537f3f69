import { afterAll, beforeAll, expect, it } from 'vitest';
import { bugs, startServer, type TestServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => expect(bugs).toEqual([]));

it('the page is found from / with a browser, and takes everything from the server itself', async () => {
  const root = await server.ask('GET', '/', { headers: { accept: 'text/html,application/xhtml+xml' } });
  expect([root.status, root.headers.location]).toEqual([302, '/docs']);
  const page = await server.ask('GET', '/docs');
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThanOrEqual(4);
  for (const link of links) {
    expect(link).toMatch(/^\.?\/(?!\/)/);
    const asset = await server.ask('GET', new URL(link, `${server.url}/docs/`).pathname);
    expect([link, asset.status, asset.text.length > 0]).toEqual([link, 200, true]);
  }
  const policy = page.headers['content-security-policy'] as string;
  expect(policy).toContain("default-src 'self'");
  // Browsers would ask for https where there is none.
  expect(policy).not.toMatch(/upgrade-insecure-requests|https?:/);
});

it('the description is the one that the page shows, and has a schema for each body', async () => {
  const document = (await server.ask('GET', '/openapi.json')).json;
  expect((await server.ask('GET', '/docs/json')).json).toEqual(document);
  expect(document.openapi).toBe('3.1.0');
  const { properties } = document.paths['/ml/'].post.requestBody.content['application/json'].schema;
  expect(properties.epochs).toMatchObject({ type: 'integer', default: 5 });
  expect(properties.predict_rows.items.type).toBe('object');
});
