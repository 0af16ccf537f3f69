import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CaptureOptions, compileFilter, listDevices, openCapture, version } from '@antinex/libpcap';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, runNode, whyNoCapture, whyNoTools } from './support.ts';

const whyNot = whyNoCapture();
const NOTHING = { slab() {}, end() {} };

const open = (options: Partial<CaptureOptions>) => openCapture({ device: 'lo', ...options }, NOTHING);

describe.skipIf(whyNot !== null)(`opening (${whyNot ?? 'live'})`, () => {
  test('no such device', () => {
    expect(() => open({ device: 'eth99' })).toThrow(
      expect.objectContaining({
        name: 'LibpcapError',
        code: 'NO_SUCH_DEVICE',
        reason: 'No such device exists',
      }),
    );
  });

  test.each([
    ['tcp and (', "can't parse filter expression: syntax error"],
    ['tcp port 99999', 'illegal port number 99999'],
    ['tcp and udp', 'expression rejects all packets'],
  ])('bad filter "%s", in the words of libpcap', (filter, reason) => {
    const complaint = expect.objectContaining({
      code: 'BAD_FILTER',
      reason: expect.stringContaining(reason),
      message: expect.stringContaining(`"${filter}"`),
    });
    expect(() => open({ filter })).toThrow(complaint);
    expect(() => compileFilter(filter)).toThrow(complaint);
  });

  test('the netmask is looked up for a filter that needs it', () => {
    open({ filter: 'ip broadcast' }).close();
    expect(() => open({ device: 'any', filter: 'ip broadcast' })).toThrow(/netmask not known/);
  });

  test('many at once', () => {
    const captures = Array.from({ length: 20 }, () => open({ bufferBytes: 1 }));
    for (const capture of captures) capture.close();
  });

  test('a slab too small for what libpcap has to add', () => {
    expect(() => open({ device: 'any', snaplen: 1, slabBytes: 2 })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  });

  const noSetpriv = whyNoTools('setpriv');
  test.skipIf(noSetpriv !== null)(`no permission (${noSetpriv ?? 'setpriv'})`, async () => {
    build();
    const program = `
      console.log(listDevices().some(({ name }) => name === 'lo'));
      try { openCapture({ device: 'lo' }, {}); } catch (error) { console.log(error.code, error.message); }`;
    const before = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    const { code, out } = await runNode(program, { before });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^true\nNO_PERMISSION lo: ./),
    });
  });
});

describe.skipIf(whyNot?.includes('addon'))('without opening', () => {
  test('the version', () => {
    expect(version()).toMatch(/^libpcap version \d+\.\d+/);
  });

  test('the devices', () => {
    const loopback = listDevices().find(({ name }) => name === 'lo');
    expect(loopback).toMatchObject({ loopback: true, wireless: false });
    expect(loopback?.addresses).toContainEqual({ address: '127.0.0.1', netmask: '255.0.0.0' });
  });

  test('a filter is compiled for a link type', () => {
    compileFilter('');
    compileFilter('tcp port 80');
    compileFilter('inbound', 113);
    // Raw IP is 101 in files and 12 for libpcap; it has no Ethernet addresses.
    compileFilter('ip', 101);
    expect(() => compileFilter('ether host 02:00:00:00:00:01', 101)).toThrow(
      expect.objectContaining({ code: 'BAD_FILTER' }),
    );
  });

  test('a compiled filter takes packets that are there', () => {
    const frame = Buffer.alloc(70);
    frame.writeUInt16BE(0x0800, 5 + 12);
    frame[5 + 14] = 0x45;
    const isIp = compileFilter('ip and less 100');
    expect(isIp(frame, 5, 60, 60)).toBe(true);
    expect(isIp(frame, 0, 60, 60)).toBe(false);
    expect(isIp(frame, 5, 60, 101)).toBe(false);
    // Cut before what the filter asks for, and beyond the buffer.
    expect(isIp(frame, 5, 13, 60)).toBe(false);
    expect(isIp(frame, 5, 66, 66)).toBe(false);
    expect(isIp(frame, 2 ** 32 - 1, 60, 60)).toBe(false);
  });
});

describe('without the addon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'libpcap-'));

  beforeAll(() => {
    build();
    cpSync(fileURLToPath(new URL('../dist', import.meta.url)), join(folder, 'dist'), { recursive: true });
    return () => rmSync(folder, { recursive: true });
  });

  test('the package loads, and says what to do when it is used', async () => {
    const program = `
      const open = () => openCapture({ device: 'lo' }, {});
      for (const use of [version, listDevices, clearCapabilities, () => compileFilter(''), open]) {
        try { use(); } catch ({ code, message }) { console.log(code, message.includes('install libpcap-dev')); }
      }`;
    const { code, out } = await runNode(program, { dist: pathToFileURL(join(folder, 'dist', 'index.js')) });
    expect({ code, out }).toEqual({ code: 0, out: 'NOT_BUILT true\n'.repeat(5) });
  });
});
