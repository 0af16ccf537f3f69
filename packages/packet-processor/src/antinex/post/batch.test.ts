import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLES, tcpMessage } from '../../../../dataset/test/messages.ts';
import type { SpooledRow } from '../spool/spool-reader.ts';
import { BatchMaker, bodyOf } from './batch.ts';

const FEATURES = ['idx', 'ip_len', 'tcp_seq', 'tcp_fields_options.MSS', 'icmp_gw'];
const UNLIMITED = { rows: 1000, bytes: 1e9 };
/** A packet of two bytes: the original makes no message of it. */
const FORMLESS = SAMPLES.at(-2);

const spooled = (messages: readonly unknown[]): SpooledRow[] =>
  messages.map((message, i) => {
    const next = { segment: 1, offset: 16, row: i + 1 };
    return { index: 100 + i, json: JSON.stringify(message), next };
  });

function newMaker(template: object = {}) {
  const failed: string[] = [];
  const maker = new BatchMaker({
    request: { features: FEATURES, template: { label: 'm', ...template } },
    features: FEATURES,
    onFailedConversion: (column) => failed.push(column),
  });
  return { maker, failed };
}

describe('a batch', () => {
  it('asks for rows in the schema of the model', () => {
    const { maker } = newMaker();
    const rows = spooled([tcpMessage(1), tcpMessage(2)]);
    const { request, to } = maker.make(rows, 'legacy', UNLIMITED);
    const body = JSON.parse(bodyOf(request!, '[mark]'));
    expect(body).toMatchObject({ label: 'm', desc: '[mark]', features_to_process: FEATURES });
    const missing = { 'tcp_fields_options.MSS': -1, icmp_gw: -1, label_value: -1 };
    expect(body.predict_rows).toEqual(
      Array(2).fill({ idx: -1, ip_len: 0x1234, tcp_seq: 0xbeef, ...missing }),
    );
    expect(to).toEqual(rows[1].next);
    const two = maker.make(rows, 2, UNLIMITED);
    expect(JSON.parse(two.request!.rows[0])).toMatchObject({ ip_len: 45, tcp_seq: 4_000_000_000 });
  });

  it('takes nothing from a template that would change which rows are meant', () => {
    const { maker } = newMaker({ sort_values: ['ip_len'], dataset: '/data/x.csv', desc: 'd'.repeat(600) });
    const body = JSON.parse(bodyOf(maker.make(spooled([tcpMessage(1)]), 2, UNLIMITED).request!, '[mark]'));
    expect(body).not.toHaveProperty('sort_values');
    expect(body).not.toHaveProperty('dataset');
    expect(body.desc.length).toBeLessThan(512);
    expect(body.desc.endsWith(' [mark]')).toBe(true);
  });

  it('leaves out packets that have no form, and goes on behind them', () => {
    const { maker } = newMaker();
    const rows = spooled([FORMLESS, tcpMessage(1), FORMLESS, tcpMessage(2), FORMLESS]);
    const all = maker.make(rows, 'legacy', UNLIMITED);
    expect(all.rows.map(({ index }) => index)).toEqual([101, 103]);
    expect(all).toMatchObject({ formless: 3, to: rows[4].next });
    const one = maker.make(rows, 'legacy', { rows: 1, bytes: 1e9 });
    expect(one).toMatchObject({ formless: 1, to: rows[1].next });
    const none = maker.make(rows.slice(4), 'legacy', UNLIMITED);
    expect(none).toMatchObject({ rows: [], request: undefined, formless: 1, to: rows[4].next });
  });

  it('tells once of a column whose values are no numbers', () => {
    const { maker, failed } = newMaker();
    const message = { data: { icmp: { gw: '10.0.0.1' } } };
    for (let i = 0; i < 3; i++) maker.make(spooled([message]), 'legacy', UNLIMITED);
    expect(failed).toEqual(['icmp_gw']);
  });

  it('is never longer than it may be, and leaves no row out', () => {
    const limits = fc.record({
      rows: fc.integer({ min: 1, max: 12 }),
      bytes: fc.integer({ min: 1, max: 4000 }),
    });
    const messages = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(messages, limits, (kinds, { rows: most, bytes }) => {
        const { maker } = newMaker();
        const all = spooled(kinds.map((isFormless, i) => (isFormless ? FORMLESS : tcpMessage(i + 1))));
        const posted: number[] = [];
        let formless = 0;
        for (let at = 0; at < all.length; ) {
          const batch = maker.make(all.slice(at), 'legacy', { rows: most, bytes });
          expect(batch.rows.length).toBeLessThanOrEqual(most);
          if (batch.request !== undefined) {
            const body = bodyOf(batch.request, `[${'x'.repeat(36)}]`);
            expect(batch.bytes).toBeGreaterThanOrEqual(Buffer.byteLength(body));
            if (batch.rows.length > 1) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bytes);
          }
          posted.push(...batch.rows.map(({ index }) => index - 100));
          formless += batch.formless;
          at = batch.to.row;
        }
        expect(posted).toEqual(kinds.flatMap((isFormless, i) => (isFormless ? [] : [i])));
        expect(formless).toBe(kinds.filter(Boolean).length);
      }),
      { seed: 8, numRuns: 60 },
    );
  });
});
