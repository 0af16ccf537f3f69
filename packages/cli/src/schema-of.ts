import type { SchemaName } from '@antinex/capture';
import type { Schema } from '@antinex/dataset';

/** A dataset's schema by the name that --schema has for it. */
export const schemaOf = (name: SchemaName): Schema => (name === '2' ? 2 : 'legacy');
