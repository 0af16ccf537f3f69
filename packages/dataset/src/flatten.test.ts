import { COLUMNS, type PacketMessage } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import { parsed, SAMPLES, tcpMessage } from '../test/messages.ts';
import type { CellValue } from './cell.ts';
import { createFlattener, type FlatRow } from './flatten.ts';
import type { Schema } from './schema.ts';

/** The filled cells of the row by column. */
function row(message: unknown, schema: Schema = 2): Record<string, CellValue> {
  const flattener = createFlattener(schema);
  const { cells } = flattener.flatten(message, 4) as FlatRow;
  expect(cells).toHaveLength(flattener.columns.length);
  return Object.fromEntries(
    flattener.columns.map((name, i) => [name, cells[i]]).filter(([, cell]) => cell !== null),
  );
}

const schema2 = (data: object): object => ({ schema: 2, id: 'a-1', source: 'a', created: null, data });

describe('a row of schema 2', () => {
  it('has a cell for each column of the catalogue, behind the row number and the packet’s id', () => {
    const { columns } = createFlattener(2);
    expect(columns).toEqual(['idx', 'packet_id', ...COLUMNS.map(({ column }) => column)]);
    expect(columns.slice(2)).toEqual([...columns.slice(2)].sort());
  });

  it('has the packet’s values under their columns', () => {
    expect(row(tcpMessage(1))).toMatchObject({
      idx: 4,
      packet_id: 'host-a-s1-1',
      frame_epochSeconds: '1517199999.001000000',
      frame_truncated: 0,
      eth_dst: '02:00:00:00:00:02',
      ip_flags: 2,
      tcp_seq: 4_000_000_000,
      tcp_flagsText: 'PA',
      raw_load: '48656c6c6f',
    });
  });

  it('splits pairs, joins lists with spaces and writes booleans as numbers', () => {
    const options = { raw: '', SAckOK: true, Timestamp: [1, 2], AltChkSum: [3, 4], SAck: [[5, 6]] };
    expect(row(schema2({ tcp: { options } }))).toEqual({
      idx: 4,
      packet_id: 'a-1',
      'tcp_options.raw': '',
      'tcp_options.SAckOK': 1,
      'tcp_options.Timestamp.0': 1,
      'tcp_options.Timestamp.1': 2,
      'tcp_options.AltChkSum': '3 4',
      'tcp_options.SAck': '[[5,6]]',
    });
  });

  it('keeps in one JSON cell what has no column in a packet inside the packet', () => {
    const inner = { ip: { version: 4, ttl: 9 }, gre: { key: 5 }, inner: { udp: { sport: 1 } }, rest: 6 };
    expect(row(schema2({ inner }))).toEqual({
      idx: 4,
      packet_id: 'a-1',
      inner_ip_ttl: 9,
      inner_rest: '{"ip":{"version":4},"gre":{"key":5},"inner":{"udp":{"sport":1}},"rest":6}',
    });
  });

  it('is the same for our own objects and for parsed JSON', () => {
    for (const sample of SAMPLES) expect(row(parsed(sample))).toEqual(row(sample));
  });

  it('loses nothing of our own messages and adds no column for them', () => {
    const flattener = createFlattener(2);
    for (const sample of SAMPLES) expect(flattener.flatten(sample, 0)).toHaveProperty('cells');
    expect(flattener.columns).toHaveLength(COLUMNS.length + 2);
  });
});

describe('fields that nobody knows', () => {
  it('get columns at the end, named like the others', () => {
    const data = { ether: { odd: 1 }, tcp: { options: { New: 'x' } }, foo: { a: { b: [1, 2] } }, bar: true };
    const flattener = createFlattener(2);
    flattener.flatten(schema2(data), 0);
    expect(flattener.columns.slice(COLUMNS.length + 2)).toEqual([
      ...['rest', 'eth_odd', 'tcp_options.New', 'foo_a.b', 'bar'],
    ]);
    expect(row(schema2(data))).toMatchObject({
      eth_odd: 1,
      'tcp_options.New': 'x',
      'foo_a.b': '1 2',
      bar: 1,
    });
  });

  it('go to `rest` when their column is taken, reserved, or no name for a column', () => {
    const data = {
      ether: { dst: '02:00:00:00:00:01' },
      eth: { dst: 'x' },
      packet: { id: 'fake' },
      label: { value: 1 },
      rest: 2,
      odd: { 'a,b\n': 3, é: 4 },
      a: { b: { c: 5 }, 'b.c': 6 },
    };
    const cells = row(schema2(data));
    expect(cells.eth_dst).toBe('02:00:00:00:00:01');
    expect(cells.packet_id).toBe('a-1');
    expect(cells['a_b.c']).toBe(5);
    expect(Object.keys(cells)).not.toContain('label_value');
    expect(JSON.parse(String(cells.rest))).toEqual({
      eth: { dst: 'x' },
      packet: { id: 'fake' },
      label: { value: 1 },
      rest: 2,
      odd: { 'a,b\n': 3, é: 4 },
      a: { 'b.c': 6 },
    });
  });

  it('take the place of known ones of another shape', () => {
    const data = { tcp: 'text', ip: [1], udp: { sport: { a: 1 } }, icmp: { id: [[1]] } };
    expect(row(schema2(data))).toEqual({
      ...{ idx: 4, packet_id: 'a-1', tcp: 'text', ip: '1', udp_sport: '{"a":1}', icmp_id: '[[1]]' },
    });
    expect(row(schema2({ tcp: { options: { Timestamp: [1, 2, 3] } } }))).toMatchObject({
      'tcp_options.Timestamp': '1 2 3',
    });
  });
});

describe('hostile messages', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = { a: value };
    return value;
  };

  it('are refused when they are nested deeper than packets are, and leave nothing behind', () => {
    const flattener = createFlattener(2);
    for (const data of [{ foo: nested(1000) }, { dns: { an: nested(1000) } }, { inner: nested(1000) }]) {
      expect(flattener.flatten(schema2({ ip: { ttl: 77 }, ...data }), 0)).toBe('too-deep');
      const next = flattener.flatten(schema2({ udp: { len: 8 } }), 0) as FlatRow;
      expect(next.cells.filter((cell) => cell !== null)).toEqual([0, 'a-1', 8]);
    }
  });

  it('are refused when they have more values than packets have', () => {
    const many = Object.fromEntries(Array.from({ length: 210_000 }, (_, i) => [`k${i}`, 1]));
    expect(createFlattener(2).flatten(schema2({ foo: many }), 0)).toBe('too-large');
    expect(createFlattener(2).flatten(schema2(many), 0)).toBe('too-large');
  });

  it('add a thousand columns at most; `rest` takes what is beyond', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
    const flattener = createFlattener(2);
    const { cells } = flattener.flatten(schema2({ foo: many }), 0) as FlatRow;
    const extras = flattener.columns.slice(COLUMNS.length + 2);
    expect(extras).toHaveLength(1001);
    const rest = JSON.parse(String(cells[flattener.columns.indexOf('rest')]));
    expect(Object.keys(rest.foo)).toHaveLength(9000);
    flattener.flatten(schema2({ one: { more: 1 } }), 0);
    expect(flattener.columns).toHaveLength(COLUMNS.length + 2 + 1001);
  });

  it('cannot reach prototypes', () => {
    const text =
      '{"__proto__":{"polluted":1},"ip":{"__proto__":{"ttl":1},"constructor":2},"inner":{"__proto__":{"x":3}}}';
    const cells = row(schema2(JSON.parse(text)));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(cells.ip_ttl).toBeUndefined();
    expect(cells.inner_rest).toBe('{"__proto__":{"x":3}}');
    expect(cells.ip_constructor).toBe(2);
    expect(cells['ip___proto__.ttl']).toBe(1);
  });

  it('are refused when they are no messages', () => {
    const { flatten } = createFlattener(2);
    const values = [null, undefined, 7, 'x', [], {}, { schema: 2 }, { schema: 2, id: 'a', data: [] }];
    for (const value of values) expect(flatten(value, 0)).toBe('not-a-message');
    for (const id of ['', 5, null, 'x'.repeat(5000)]) {
      expect(flatten({ ...schema2({}), id }, 0)).toBe('not-a-message');
    }
    expect(flatten({ data: { ether: {} }, created: '', source: '' }, 0)).toBe('other-schema');
    expect(flatten({ schema: 3, id: 'x', data: {} }, 0)).toBe('not-a-message');
  });
});

describe('a row of the legacy schema', () => {
  const legacy = (data: object): object => ({ data, created: '2018-01-29 04:26:40', source: 'localdev' });

  it('has the original’s cells', () => {
    const data = {
      ether: { dst: 'a', src: '', type: 2048 },
      tcp: { seq: 5, fields_options: { NOP: null, MSS: 1460, SAck: [100, 200], SAckOK: '' } },
      padding: { load: '00' },
    };
    expect(row(legacy(data), 'legacy')).toEqual({
      ...{ idx: 4, eth_dst: 'a', eth_src: '', eth_type: 2048, tcp_seq: 5, pad_load: '00' },
      ...{
        'tcp_fields_options.MSS': 1460,
        'tcp_fields_options.SAck': '[100, 200]',
        'tcp_fields_options.SAckOK': '',
      },
    });
  });

  it('leaves out layers the original does not know, and keeps unknown fields of those it does', () => {
    const data = { dot1q: { vlan: 1 }, ip: { fields_options: '<x>', extra: { y: true } }, tcp: 'text' };
    expect(row(legacy(data), 'legacy')).toEqual({ idx: 4, ip_fields_options: '<x>', 'ip_extra.y': 'True' });
  });

  it('is not made of empty messages, nor of messages of schema 2', () => {
    const { flatten } = createFlattener('legacy');
    expect(flatten(legacy({}), 0)).toBe('empty');
    expect(flatten(tcpMessage(1) as PacketMessage, 0)).toBe('other-schema');
    expect(flatten({ data: 5 }, 0)).toBe('not-a-message');
  });
});
