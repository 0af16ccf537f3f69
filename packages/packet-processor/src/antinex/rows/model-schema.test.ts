import { describe, expect, it } from 'vitest';
import { schemaOfModel, unknownColumns } from './model-schema.ts';

describe('the schema of a model', () => {
  it('is that of the original for its own models, and for columns that only it has', () => {
    expect(schemaOfModel('auto', 'Full-Django-AntiNex-Simple-Scaler-DNN', ['ip_len'])).toBe('legacy');
    expect(schemaOfModel('auto', 'mine', ['ip_len', 'tcp_seq'])).toBe(2);
    expect(schemaOfModel('auto', 'mine', ['ip_len', 'tcp_fields_options.MSS'])).toBe('legacy');
  });

  it('is the one that is asked for', () => {
    expect(schemaOfModel('2', 'antinex', [])).toBe(2);
    expect(schemaOfModel('legacy', 'mine', ['ip_len'])).toBe('legacy');
  });

  it('tells which columns its rows cannot have', () => {
    expect(unknownColumns(2, ['idx', 'ip_len', 'dns_default_id'])).toEqual(['dns_default_id']);
    expect(unknownColumns('legacy', ['idx', 'ip_ttl'])).toEqual(['ip_ttl']);
  });
});
