import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectConsumer, connectPublisher } from '../src/connect.ts';
import type { TlsOptions } from '../src/types.ts';
import type { RabbitmqServer, ServerOptions } from './servers/rabbitmq-server.ts';
import { opensslMissing, TestCa } from './servers/test-ca.ts';

const missing = opensslMissing();

/** What a server and its clients need for TLS, in files. */
export class Certificates {
  readonly caFile: string;
  readonly strangerCaFile: string;
  readonly server: ServerOptions['tls'];
  readonly client: TlsOptions;
  readonly folder = mkdtempSync(join(tmpdir(), 'rabbitmq-tls-'));

  /** Undefined without openssl. */
  static make(): Certificates | undefined {
    return missing === undefined ? new Certificates() : undefined;
  }

  private constructor() {
    const { folder } = this;
    chmodSync(folder, 0o755);
    const ca = new TestCa(folder, 'authority');
    const { caFile } = ca;
    this.caFile = caFile;
    this.strangerCaFile = new TestCa(folder, 'stranger').caFile;
    this.client = { caFile, ...ca.issue('client', 'DNS:client') };
    this.server = { caFile, ...ca.issue('server', 'DNS:broker.test') };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Running {
  readonly server: RabbitmqServer;
  readonly certificates: Certificates;
}

/** TLS, to a server that was started with these certificates. */
export function describeTls(getRunning: () => Running): void {
  describe.skipIf(missing !== undefined)(`over TLS${missing ? ` (${missing})` : ''}`, () => {
    let server: RabbitmqServer;
    let folder: string;
    let caFile: string;
    let client: TlsOptions;
    let strangerCaFile: string;
    beforeAll(() => {
      const running = getRunning();
      server = running.server;
      ({ folder, caFile, client, strangerCaFile } = running.certificates);
    });

    const url = (scheme = 'amqps') => `${scheme}://localhost:${server.tlsPort}`;

    it.each(['amqps', 'amqp', 'rabbitmq'])(
      'uses CA, certificate, key and server name with %s://',
      async (scheme) => {
        const options = { queue: `tls-${scheme}`, tls: { ...client, servername: 'broker.test' } };
        const publisher = await connectPublisher<number>(url(scheme), options);
        const consumer = await connectConsumer<number>(url(scheme), options);
        await publisher.publish([1, 2]);
        for await (const delivery of consumer.receive()) {
          expect(delivery.messages).toEqual([1, 2]);
          await delivery.reject('through the dead-letter connection as well');
          break;
        }
        await Promise.all([publisher.close(), consumer.close()]);
      },
    );

    it.each([
      ['a server of an unknown CA', () => ({ ...client, caFile: undefined }), /certificate/],
      ['a server of another CA', () => ({ ...client, caFile: strangerCaFile }), /certificate/],
      ['a server of another name', () => client, /altnames/],
    ])('refuses %s', async (_, tls, reason) => {
      const connecting = connectPublisher(url(), { tls: tls() as TlsOptions });
      await expect(connecting).rejects.toMatchObject({
        code: 'BROKER_REFUSED',
        message: expect.stringMatching(reason),
      });
    });

    it('does not verify the server when told so', async () => {
      const { certFile, keyFile } = client as Required<TlsOptions>;
      const publisher = await connectPublisher<number>(url(), { tls: { certFile, keyFile, insecure: true } });
      await publisher.publish([1]);
      await publisher.close();
    });

    it('is refused without a certificate of its own', async () => {
      const connecting = connectPublisher(url(), { tls: { caFile, servername: 'broker.test' } });
      await expect(connecting).rejects.toMatchObject({ code: expect.stringMatching(/^BROKER_/) });
    });

    it('names a file it cannot read', async () => {
      const tls = { ...client, caFile: join(folder, 'nowhere.pem') };
      await expect(connectPublisher(url(), { tls })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    });

    it('does not speak in the clear where TLS options are given', async () => {
      const connecting = connectPublisher(`amqp://localhost:${server.port}`, { tls: { caFile } });
      await expect(connecting).rejects.toMatchObject({ code: 'BROKER_REFUSED' });
    });
  });
}
