import { describe, expect, it } from 'vitest';
import { dataOf, encodedAgain, packetOf } from '../test/frames.ts';
import { bytes } from '../test/layers.ts';
import { SAMPLES } from '../test/samples.ts';
import { ENCODERS, encodeLayers, encodeMessage } from './encode.ts';
import { CATALOGUE } from './fields.ts';
import { QUOTED_LAYERS } from './nesting.ts';

describe('encodeLayers', () => {
  it('writes layers in the order given, fields as they are', () => {
    const frame = encodeLayers([
      { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x0800 },
      { layer: 'udp', sport: 1, dport: 2, len: 0xffff, chksum: 0xdead },
      { layer: 'raw', load: '0102' },
    ]);
    expect(frame).toEqual(bytes('020000000002 020000000001 0800 0001 0002 ffff dead 0102'));
  });

  it('ends a header behind the last field that is given', () => {
    expect(encodeLayers([{ layer: 'udp', sport: 1, dport: 2 }])).toEqual(bytes('0001 0002'));
    expect(encodeLayers([{ layer: 'tcp', dport: 2 }])).toEqual(bytes('0000 0002'));
    expect(encodeLayers([{ layer: 'icmp', type: 3, code: 1, chksum: 0 }])).toEqual(bytes('0301 0000'));
  });

  it('writes nothing for no layers', () => expect(encodeLayers([])).toHaveLength(0));
});

describe('encodeMessage', () => {
  it('writes every sample back, byte for byte', () => {
    for (const { frame, linkType } of SAMPLES) {
      expect(encodedAgain(packetOf(frame, { linkType })).toString('hex')).toBe(frame.toString('hex'));
    }
  });

  it('passes over what it cannot encode: the frame, layers of others', () => {
    const { frame, linkType } = SAMPLES[0];
    const data = dataOf(packetOf(frame, { linkType }));
    expect(encodeMessage({ ...data, geneve: { vni: 1 }, http: { method: 'GET' } })).toEqual(frame);
    expect(encodeMessage({})).toHaveLength(0);
  });

  it('gives the frame cut where a message’s payload was', () => {
    const { frame, linkType } = SAMPLES[1];
    const packet = packetOf(frame, { linkType });
    expect(encodeMessage(dataOf(packet, 0))).toEqual(frame.subarray(0, 54));
  });

  it('has an encoder for each layer of the catalogue', () => {
    const quoted = new Set(Object.values(QUOTED_LAYERS));
    const layers = CATALOGUE.map(({ layer }) => layer).filter(
      (layer) => layer !== 'frame' && !quoted.has(layer),
    );
    expect(Object.keys(ENCODERS).sort()).toEqual(layers.sort());
  });
});
