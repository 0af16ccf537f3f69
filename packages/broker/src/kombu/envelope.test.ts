import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeWriter, type Marks, markEnvelope } from './envelope.ts';
import { EnvelopeReader } from './envelope-reader.ts';

const TAG = 'abe98c52-2a22-49be-8994-139c5cbbd359';
const write = envelopeWriter('PACKETS', 'key');
const envelopeOf = (body: Uint8Array, tag = TAG, marks?: Marks) => Buffer.from(write(body, tag, marks));

/** What a reader makes of the item that has read nothing before. */
const read = (item: Buffer) => new EnvelopeReader().read(item);

describe('kombu envelopes', () => {
  it('are written key by key and space by space as kombu does', () => {
    expect(write(Buffer.from('{"a": 1}'), TAG)).toBe(
      '{"body": "eyJhIjogMX0=", "content-encoding": "utf-8", "content-type": "application/json", ' +
        '"headers": {}, "properties": {"auto_declare": true, "delivery_mode": 2, "delivery_info": ' +
        '{"exchange": "PACKETS", "routing_key": "key"}, "priority": 0, "body_encoding": "base64", ' +
        `"delivery_tag": "${TAG}"}}`,
    );
  });

  it('come back with any body and marks, whatever was read before', () => {
    const reader = new EnvelopeReader();
    const bodies = fc.uint8Array({ maxLength: 300 });
    const marks = fc.record(
      { reason: fc.string(), redelivered: fc.constant(true as const) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(bodies, marks, fc.uuid(), (body, some, tag) => {
        const envelope = reader.read(envelopeOf(body, tag, some));
        expect(envelope?.body).toEqual(Buffer.from(body));
        expect(envelope?.reason).toBe(some.reason);
        expect(envelope?.redelivered).toBe(some.redelivered === true);
      }),
      { seed: 4 },
    );
  });

  it.each([
    ['compact', `{"body":"eyJhIjogMX0=","properties":{"body_encoding":"base64"}}`],
    ['other order', `{"properties": {"body_encoding": "base64"}, "headers": null, "body": "eyJhIjogMX0="}`],
    ['plain body', `{"body": "{\\"a\\": 1}", "properties": {"delivery_info": null}}`],
    ['plain body first', `{"body": "{\\"a\\": 1}", "content-type": "application/json", "properties": {}}`],
  ])('are read from other makers: %s', (_, text) => {
    expect(read(Buffer.from(text))).toEqual({
      body: Buffer.from('{"a": 1}'),
      redelivered: false,
      reason: undefined,
    });
  });

  it.each([
    '',
    '{',
    'null',
    '"text"',
    '{"id": 1}',
    '{"properties": 1, "body": ""}',
    '{"properties": {}}',
    '{"body": "e30=',
  ])('are not %s', (text) => {
    expect(read(Buffer.from(text))).toBeUndefined();
  });

  it('does not confuse what it remembers with what it reads', () => {
    const reader = new EnvelopeReader();
    const item = envelopeOf(Buffer.from('{}'), TAG);
    reader.read(item);
    const text = item.toString();
    for (const other of [
      text.replace(TAG, `${TAG}", "more": "`),
      text.replace(TAG, `${TAG}\\u0041`),
      text.slice(0, -1),
      `${text}}`,
      text.replace('"}}', '"} }'),
    ]) {
      expect(reader.read(Buffer.from(other))).toEqual(read(Buffer.from(other)));
    }
    expect(
      reader.read(Buffer.from(text.replace('"headers": {}', '"headers": {"redelivered": true}'))),
    ).toMatchObject({
      redelivered: true,
    });
    expect(reader.read(item)).toMatchObject({ redelivered: false });
  });

  it('are marked, and keep all else', () => {
    const item = Buffer.from(
      write(Buffer.from('{}'), TAG).replace('"headers": {}', '"headers": {"lang": "py"}'),
    );
    const marked = JSON.parse(markEnvelope(item, { redelivered: true }, write, 'unused'));
    const before = JSON.parse(item.toString());
    expect(marked).toEqual({
      ...before,
      headers: { lang: 'py', redelivered: true },
      properties: {
        ...before.properties,
        delivery_info: { ...before.properties.delivery_info, redelivered: true },
      },
    });
    expect(JSON.parse(markEnvelope(item, { reason: 'bad' }, write, 'unused'))).toEqual({
      ...before,
      headers: { lang: 'py', reason: 'bad' },
    });
  });

  it('are put around what is none, its bytes kept', () => {
    const deep = `{"body": "", "properties": {"x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    for (const bytes of [
      Buffer.from('{"id":1}'),
      Buffer.from([0, 255, 10]),
      Buffer.alloc(0),
      Buffer.from(deep),
    ]) {
      const marked = Buffer.from(markEnvelope(bytes, { reason: 'bäd' }, write, TAG));
      expect(read(marked)).toEqual({ body: bytes, redelivered: false, reason: 'bäd' });
    }
  });
});
