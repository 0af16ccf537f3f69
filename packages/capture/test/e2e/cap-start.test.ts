import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ChildCapture } from './captured.ts';
import { SMALL_RING } from './datagrams.ts';
import { inside, type NamespacePair, whyNoNamespaces } from './namespace-pair.ts';
import { withPair } from './with-pair.ts';

const whyNot = whyNoNamespaces(['ping', 'setpriv']);

/** It can clear the capabilities of a process that is not root; cap cannot. */
const ADDON = fileURLToPath(new URL('../../../libpcap/build/Release/addon.node', import.meta.url));

describe.skipIf(whyNot !== null)(`a capture with cap starts (${whyNot ?? 'live'})`, () => {
  let pair: NamespacePair;
  withPair((made) => {
    pair = made;
  });

  describe('privileges', () => {
    test('the process that captures has none left', async () => {
      const capture = new ChildCapture(pair.left.namespace, { device: 'lo', ...SMALL_RING });
      const { opened } = await capture.ready;
      const { uid, gid } = opened!.privileges;
      expect(opened!.privileges).toMatchObject({ capabilities: 'cleared' });
      const status = readFileSync(`/proc/${opened!.capturePid}/status`, 'utf8');
      expect(status).toContain(`\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
      expect(status).toContain(`\nGid:\t${gid}\t${gid}\t${gid}\t${gid}\n`);
      expect(status).toMatch(/^CapPrm:\t0{16}\nCapEff:\t0{16}$/m);
      await capture.stop();
    });

    test('it becomes the user asked for', async () => {
      const options = { device: 'lo', user: 'daemon', ...SMALL_RING };
      const capture = new ChildCapture(pair.left.namespace, options);
      const { opened } = await capture.ready;
      expect(opened?.privileges).toMatchObject({ user: 'daemon', from: 'option' });
      await capture.stop();
    });

    test('a user that does not exist', async () => {
      const options = { device: 'lo', user: 'nemo', ...SMALL_RING };
      const { error } = await new ChildCapture(pair.left.namespace, options).end();
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: '--user nemo: there is no such user' });
    });

    test('CAP_NET_RAW alone is enough, and it is said whether it is kept', async () => {
      const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const before = ['setpriv', ...asNobody, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];
      const capture = new ChildCapture(pair.left.namespace, { device: 'lo', ...SMALL_RING }, before);
      const { opened } = await capture.ready;
      inside(pair.left.namespace, 'ping', '-q', '-c', '1', '127.0.0.1');
      const { packets } = await capture.stop();
      expect(packets).toHaveLength(2);
      const capabilities = existsSync(ADDON) ? 'cleared' : 'kept';
      expect(opened?.privileges).toMatchObject({ from: 'unchanged', capabilities });
    });
  });

  describe('says why it cannot capture', () => {
    test('no such device, and which there are', async () => {
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'eth99' }).end();
      expect(error?.code).toBe('NO_SUCH_DEVICE');
      expect(error?.hint).toContain(pair.left.device);
    });

    test.each([
      ['tcp and (', "can't parse filter expression: syntax error"],
      ['tcp port 99999', 'illegal port number 99999'],
      ['tcp and udp', 'expression rejects all packets'],
    ])('bad filter "%s", in the words of libpcap', async (filter, reason) => {
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'lo', filter }).end();
      expect(error?.code).toBe('BAD_FILTER');
      expect(error?.message).toContain(`"${filter}"`);
      expect(error?.message).toContain(reason);
    });

    test('no permission, and what to run', async () => {
      const without = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
      const { error } = await new ChildCapture(pair.left.namespace, { device: 'lo' }, without).end();
      expect(error?.code).toBe('NO_PERMISSION_TO_CAPTURE');
      expect(error?.hint).toMatch(/sudo/);
    });
  });
});
