import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslMissing, TestCa } from '../../broker/test/servers/test-ca.ts';
import { job, startApi } from './support/api.ts';
import { failure, openClient } from './support/hearing.ts';

const missing = opensslMissing();
const folder = mkdtempSync(join(tmpdir(), 'antinex-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(missing)(`https${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let ca: TestCa;
  let keys: ServerOptions;
  let mutual: ServerOptions;
  let certFile: string;
  let keyFile: string;

  beforeAll(() => {
    ca = new TestCa(folder, 'authority');
    const server = ca.issue('server', 'DNS:localhost');
    keys = { cert: readFileSync(server.certFile), key: readFileSync(server.keyFile) };
    mutual = { ...keys, ca: readFileSync(ca.caFile), requestCert: true, rejectUnauthorized: true };
    ({ certFile, keyFile } = ca.issue('client', 'DNS:client'));
  });

  const start = (tls: ServerOptions) => startApi({ 'GET /ml/1/': [200, job(1)] }, { tls });

  it('trusts the authority of a file, or of a folder', async () => {
    const { url } = await start(keys);
    const authorities = join(folder, 'authorities');
    mkdirSync(authorities);
    symlinkSync(ca.caFile, join(authorities, 'ours.pem'));
    for (const caFile of [ca.caFile, authorities]) {
      const { client, logged } = openClient({ url, tls: { caFile } });
      expect(await client.getJob(1)).toMatchObject({ id: 1 });
      expect(logged.join()).not.toContain('warn');
    }
  });

  it('trusts nobody else, and does not send the password', async () => {
    const api = await start(keys);
    const error = await failure(openClient({ url: api.url }).client.getJob(1), 'ANTINEX_TLS');
    expect(error.message).toMatch(/^no trusted connection with https:\/\/localhost:\d+: /);
    expect(error.hint).toContain('ANTINEX_CA_FILE');
    expect(api.asked).toEqual([]);
  });

  it('wants the name of the host in the certificate', async () => {
    const { url } = await start(keys);
    const byAddress = url.replace('localhost', '127.0.0.1');
    const { client } = openClient({ url: byAddress, tls: { caFile: ca.caFile } });
    await failure(client.getJob(1), 'ANTINEX_TLS');
  });

  it('takes any certificate only when told so, with a warning', async () => {
    const { url } = await start(keys);
    const { client, logged } = openClient({ url, tls: { insecure: true } });
    expect(await client.getJob(1)).toMatchObject({ id: 1 });
    expect(logged[0]).toBe(`warn: the certificate of ${url} is not verified: its answers prove nothing`);
  });

  it('shows our own certificate', async () => {
    const { url } = await start(mutual);
    const tls = { caFile: ca.caFile };
    expect(await openClient({ url, tls: { ...tls, certFile, keyFile } }).client.getJob(1)).toMatchObject({
      id: 1,
    });
    // With TLS 1.3 the server's refusal and the end of the connection overtake each other.
    const refused = openClient({ url, tls, retries: 0 }).client.getJob(1);
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^ANTINEX_(TLS|UNREACHABLE)$/),
    });
  });

  it('needs files that are there', async () => {
    const { url } = await start(keys);
    const { client } = openClient({ url, tls: { caFile: join(folder, 'no.pem') } });
    await failure(client.getJob(1), 'FILE_NOT_FOUND');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await failure(openClient({ url, tls: { caFile: empty } }).client.getJob(1), 'CONFIG_INVALID');
    const noKey = { caFile: ca.caFile, certFile, keyFile: certFile };
    await failure(openClient({ url, tls: noKey }).client.getJob(1), 'ANTINEX_TLS');
  });
});
