import { describe, expect, it } from 'vitest';
import { dataOf, packetOf } from '../test/frames.ts';
import { SAMPLES } from '../test/samples.ts';
import { unknownPaths } from '../test/unknown-paths.ts';
import { insideOf } from './fields/spec.ts';
import { CATALOGUE, COLUMNS, type ColumnSpec, REST } from './fields.ts';

const column = (name: string): ColumnSpec | undefined => COLUMNS.find((spec) => spec.column === name);

describe('CATALOGUE', () => {
  it('has each layer and each prefix once', () => {
    expect(new Set(CATALOGUE.map(({ layer }) => layer)).size).toBe(CATALOGUE.length);
    expect(new Set(CATALOGUE.map(({ prefix }) => prefix)).size).toBe(CATALOGUE.length);
  });

  it('has each field of a layer once, with a meaning', () => {
    for (const { layer, fields } of CATALOGUE) {
      const names = fields.map(([name]) => name);
      expect(new Set(names).size, layer).toBe(names.length);
      for (const [name, , meaning] of fields) {
        expect(meaning, `${layer}.${name}`).toMatch(/^\S.*[^.\s]$/);
        expect(name).toMatch(/^[A-Za-z_]\w*(\.\w+)?$/);
      }
    }
  });

  it('knows everything that the samples hold', () => {
    const unknown = SAMPLES.flatMap(({ frame, linkType }) =>
      unknownPaths(dataOf(packetOf(frame, { linkType }))),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('would notice a field that is missing', () => {
    expect(
      unknownPaths({ ip: { src: '1.2.3.4', speed: 1 }, inner: { tcp: { options: { New: 1 } } }, geneve: {} }),
    ).toEqual(['ip.speed', 'tcp.options.New', 'geneve']);
  });
});

describe('COLUMNS', () => {
  it('has each column once, in sorted order', () => {
    const names = COLUMNS.map((spec) => spec.column);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual([...names].sort());
  });

  it('says where a value stands', () => {
    expect(column('eth_src')).toMatchObject({ path: ['ether', 'src'], type: 'mac' });
    expect(column('pad_load')).toMatchObject({ path: ['padding', 'load'], type: 'hex' });
    expect(column('tcp_options.MSS')).toMatchObject({
      path: ['tcp', 'options', 'MSS'],
      type: 'uint',
      unit: 'bytes',
    });
    expect(column('frame_error.kind')).toMatchObject({ path: ['frame', 'error', 'kind'] });
    expect(column('iperror_src')).toMatchObject({ path: ['iperror', 'src'], type: 'ipv4' });
    expect(column('inner_ip_src')).toMatchObject({ path: ['inner', 'ip', 'src'] });
    for (const name of ['ip_ttl', 'inner_ip_ttl']) expect(column(name)?.meaning).toMatch(/time to live/i);
  });

  it('has two columns for a pair', () => {
    expect(column('tcp_options.Timestamp')).toBeUndefined();
    expect(column('tcp_options.Timestamp.0')).toMatchObject({
      path: ['tcp', 'options', 'Timestamp', 0],
      type: 'uint',
    });
    expect(column('tcp_options.Timestamp.1')).toMatchObject({
      path: ['tcp', 'options', 'Timestamp', 1],
      type: 'uint',
    });
  });

  it('has one column for what an inner packet’s own columns leave', () => {
    expect(column(`inner_${REST}`)).toMatchObject({ path: ['inner', REST], type: 'json' });
    expect(column('inner_tcp_options.MSS')).toBeUndefined();
  });

  it('names only fields that the catalogue has', () => {
    const known = new Set(
      CATALOGUE.flatMap(({ layer, fields }) => fields.map(([name]) => `${layer}.${name}`)),
    );
    for (const { path } of COLUMNS) {
      const names = path.filter((part) => typeof part === 'string' && part !== 'inner');
      if (names[0] !== REST) expect(known).toContain(names.join('.'));
    }
  });
});

describe('insideOf', () => {
  it('has the fields below a name, without it', () => {
    expect(
      insideOf(
        [
          ['a', 'uint', 'A'],
          ['b.c', 'hex', 'C', 's'],
          ['bc', 'uint', 'BC'],
        ],
        'b',
      ),
    ).toEqual([['c', 'hex', 'C', 's']]);
  });
});
