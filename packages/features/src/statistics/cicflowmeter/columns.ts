import { COMMON_COLUMNS, type ReadColumn } from '../column.ts';
import { bulkColumns, subflowColumns } from './group-columns.ts';
import { FLAG_COLUMNS, headerColumn, SIDE_FLAG_COLUMNS, START_COLUMNS } from './header-columns.ts';
import { IDENTITY_COLUMNS } from './identity-columns.ts';
import { LENGTH_COLUMNS, lengthColumns, MEAN_COLUMNS, TOTAL_COLUMNS } from './length-columns.ts';
import { BWD, FWD } from './sides.ts';
import {
  ACTIVITY_COLUMNS,
  GAP_COLUMNS,
  RATE_COLUMNS,
  sideRateColumn,
  sideTimeColumns,
} from './time-columns.ts';

/** In the order of CICIDS2017. */
export const CICFLOWMETER_COLUMNS: readonly ReadColumn[] = [
  ...IDENTITY_COLUMNS,
  ...TOTAL_COLUMNS,
  ...lengthColumns(FWD),
  ...lengthColumns(BWD),
  ...RATE_COLUMNS,
  ...GAP_COLUMNS,
  ...sideTimeColumns(FWD),
  ...sideTimeColumns(BWD),
  ...SIDE_FLAG_COLUMNS,
  headerColumn(FWD),
  headerColumn(BWD),
  sideRateColumn(FWD),
  sideRateColumn(BWD),
  ...LENGTH_COLUMNS,
  ...FLAG_COLUMNS,
  ...MEAN_COLUMNS,
  ...bulkColumns(FWD),
  ...bulkColumns(BWD),
  ...subflowColumns(FWD),
  ...subflowColumns(BWD),
  ...START_COLUMNS,
  ...ACTIVITY_COLUMNS,
  ...COMMON_COLUMNS,
];
