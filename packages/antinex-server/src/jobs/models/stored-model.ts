import type { Model } from '@antinex/models';
import type { MlJob, MlType } from '../request/ml-job.ts';

/** value * factor + offset is what a network learned to give. */
export interface TargetScale {
  readonly factor: number;
  readonly offset: number;
}

/** What a training told, kept in its model's file beside the network. */
export interface ModelDetails {
  readonly label: string;
  /** ISO 8601. */
  readonly created: string;
  readonly mlType: MlType;
  readonly predictFeature: string;
  /** In percent; null where it is not known. */
  readonly accuracy: number | null;
  readonly scores: readonly [deviation: number, mean: number] | null;
  /** `acc_data` of the result. */
  readonly accData: Readonly<Record<string, unknown>>;
  /** Of a regression that scales what it predicts. */
  readonly target?: TargetScale | undefined;
}

export interface StoredModel extends Model {
  readonly details: ModelDetails & Readonly<Record<string, unknown>>;
}

type Told = Pick<ModelDetails, 'accuracy' | 'scores' | 'accData' | 'target'>;

export function detailsOf(job: MlJob, told: Told): StoredModel['details'] {
  const { label, mlType, predictFeature } = job;
  return { label, created: new Date().toISOString(), mlType, predictFeature, ...told };
}
