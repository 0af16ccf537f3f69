export type { CellValue } from './cell.ts';
export { type CsvEncoder, createCsvEncoder } from './csv-encoder.ts';
export type { AppendResult, Dataset, Recovery, RefusedMessage } from './dataset.ts';
export { defaultCsvPath } from './default-path.ts';
export { createFlattener, type FlatRow, type Flattener } from './flatten.ts';
export { Budget, type Refusal } from './limits.ts';
export { type Ledger, type Manifest, manifestPathOf, readManifest } from './manifest.ts';
export { type DatasetOptions, openDataset } from './open-dataset.ts';
export { baseColumns, type Schema } from './schema.ts';
