import { describe, expect, test } from 'vitest';
import { type CaptureDevice, chooseDevice } from './devices.ts';

const device = (name: string, addresses: string[] = [], loopback = false): CaptureDevice => ({
  name,
  description: '',
  addresses,
  loopback,
});

const any = device('any');
const loopback = device('lo', ['127.0.0.1'], true);

describe('chooseDevice', () => {
  test('takes the first with an address and says which address', () => {
    const devices = [loopback, device('wlan0'), device('eth0', ['192.0.2.7']), device('eth1', ['192.0.2.8'])];
    expect(chooseDevice(devices)).toEqual({
      device: 'eth0',
      reason: 'the first device with an address, 192.0.2.7',
    });
  });

  test('falls back to loopback', () => {
    expect(chooseDevice([any, loopback, device('eth0')])).toEqual({
      device: 'lo',
      reason: 'no other device has an address',
    });
  });

  test('says which devices there are when none fits', () => {
    expect(() => chooseDevice([any])).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_DEVICE', hint: 'devices here: any' }),
    );
  });
});
