import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { packetOf } from '../test/frames.ts';
import { mutate, Random } from '../test/mutate.ts';
import { SAMPLES, type Sample } from '../test/samples.ts';
import { decode } from './decode.ts';
import { toMessage } from './message.ts';
import { messageJson } from './message-json.ts';
import { messageSchema } from './message-schema.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(messageSchema());
const messageOf = ({ frame, linkType }: Sample, cut = 0) =>
  JSON.parse(
    messageJson(toMessage(decode(packetOf(frame, { linkType, cut })), { source: 's', session: '0' }, 1)),
  );
/** What the schema has against a message. */
const faults = (message: unknown): unknown => (validate(message) ? [] : validate.errors);

describe('messageSchema', () => {
  it('takes every sample', () => {
    for (const sample of SAMPLES) expect(faults(messageOf(sample))).toEqual([]);
  });

  it('takes whatever broken frames become', () => {
    const random = new Random(11);
    for (let i = 0; i < 5000; i++) {
      const message = messageOf(mutate(random, SAMPLES), i % 2);
      if (!validate(message)) expect(faults(message)).toEqual([]);
    }
  });

  it('takes frames without a date', () => {
    const [{ frame }] = SAMPLES;
    const decoded = decode(packetOf(frame, { seconds: 1e12 }));
    const message = JSON.parse(messageJson(toMessage(decoded, { source: 's', session: '0' }, 1)));
    expect(message.created).toBeNull();
    expect(faults(message)).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    ['another schema', 'schema', 1],
    ['no id', 'id', undefined],
    ['a property it does not know', 'extra', 1],
    ['a layer it does not know', 'data.geneve', {}],
    ['a field it does not know', 'data.ip.speed', 1],
    ['a nested field it does not know', 'data.tcp.options.New', 1],
    ['text for a number', 'data.ip.ttl', '64'],
    ['a negative number', 'data.ip.ttl', -1],
    ['a fraction', 'data.ip.ttl', 1.5],
    ['hex of half a byte', 'data.tcp.options.raw', 'abc'],
    ['a pair of one', 'data.tcp.options.Timestamp', [1]],
    ['a pair of three', 'data.tcp.options.Timestamp', [1, 2, 3]],
    ['seconds that are a double', 'data.frame.epochSeconds', 1],
    ['something unknown inside a tunnel', 'data.inner', { inner: { ip: { speed: 1 } } }],
  ])('refuses %s', (_what, path, value) => {
    const message = messageOf(SAMPLES[0]);
    expect(faults(message)).toEqual([]);
    const names = path.split('.');
    const last = names.pop() as string;
    names.reduce((object, name) => object[name], message)[last] = value;
    expect(validate(JSON.parse(JSON.stringify(message)))).toBe(false);
  });

  it('describes each field, with its unit', () => {
    expect(messageSchema()).toMatchObject({
      $defs: {
        packet: {
          properties: {
            ip: { properties: { len: { type: 'integer', minimum: 0, description: 'Total length, bytes' } } },
            inner: { $ref: '#/$defs/packet' },
          },
        },
      },
    });
  });
});
