import { loadConfig } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { brokersOf } from './plan.ts';
import { PROCESSOR_SETTINGS } from './settings.ts';

const load = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  loadConfig(PROCESSOR_SETTINGS, { flags, env });
const brokers = (flags: Record<string, unknown>, brokerKind?: 'redis' | 'rabbitmq', env = {}) => {
  const spec = { name: 'x', ...(brokerKind && { brokerKind }) };
  return brokersOf(spec, load(flags, env)).map(({ url, options }) => `${options.wire} ${url}`);
};

describe('brokersOf', () => {
  it('takes both wires at once, or the one that is asked for', () => {
    const url = 'redis://h/1';
    expect(brokers({ broker: url })).toEqual([`batch ${url}`, `kombu ${url}`]);
    expect(brokers({ broker: url, wire: 'kombu' })).toEqual([`kombu ${url}`]);
  });

  it('knows that a Redis Cluster has one only, and leaves a wrong wish to the driver', () => {
    const url = 'redis+cluster://a:1,b:2';
    expect(brokers({ broker: url })).toEqual([`batch ${url}`]);
    expect(brokers({ broker: url, wire: 'both' })).toHaveLength(2);
  });

  it('goes by the name of the program before it goes by FORMAT_ET', () => {
    expect(brokers({ wire: 'batch' }, 'rabbitmq')).toEqual(['batch amqp://localhost:5672']);
    expect(brokers({ wire: 'batch' }, 'redis', { FORMAT_ET: 'rabbitmq' })).toEqual([
      'batch redis://localhost:6379/15',
    ]);
    expect(brokers({ wire: 'batch' }, undefined, { FORMAT_ET: 'rabbitmq' })).toEqual([
      'batch amqp://localhost:5672',
    ]);
  });
});

describe('the settings', () => {
  it('have the names and defaults of the original', () => {
    const env = {
      ...{ SAVE_AFTER_NUM: '7', STOP_AFTER_NUM: '-1', STOP_FILE: '/tmp/stop', DS_NAME: 'n', DS_DIR: '/d' },
      ...{ OUTPUT_CSV: 'x.csv', ARCHIVE_JSON: 'y.json', DEBUG_PACKETS: '1', FORWARD_QUEUE: 'Q' },
    };
    expect(load({}, env).values).toMatchObject({
      ...{ saveAfterNum: 7, stopAfterNum: -1, stopFile: '/tmp/stop', datasetName: 'n', datasetDir: '/d' },
      ...{ outputCsv: 'x.csv', archiveJson: 'y.json', debugPackets: true, queue: 'Q' },
    });
    expect(load({}).values).toMatchObject({ saveAfterNum: 100, stopAfterNum: -1, datasetName: 'netdata' });
  });
});
