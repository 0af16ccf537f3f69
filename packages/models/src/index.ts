export {
  type Classes,
  classesOf,
  classOf,
  classOfExisting,
  type LabelRules,
  labelName,
  parseLabelRules,
} from './data/labels.ts';
export { RandomState } from './data/random-state.ts';
export { fitMinMax, fitStandard, type Scaler, scale, scaleLikeAntinex } from './data/scaler.ts';
export { kFolds, type Split, stratifiedFolds, trainTestSplit } from './data/splits.ts';
export { type Table, takeRows } from './data/table.ts';
export { type CrossValidation, crossValidate } from './evaluation/cross-validate.ts';
export { type Evaluation, evaluate, type Labelled, printEvaluation } from './evaluation/evaluate.ts';
export { decodeModel, encodeModel, loadModel, type Model, saveModel } from './files/model-file.ts';
export { DenseNetwork, type LayerWeights } from './network/dense-network.ts';
export { describeNetwork, type Layer, type NetworkDescription, outputsOf } from './network/description.ts';
export { LOSSES, type Loss } from './network/losses.ts';
export { METRICS, type Metric, parseMetrics } from './network/metrics.ts';
export {
  type Examples,
  type Scores,
  scoreNetwork,
  type Training,
  type TrainingOptions,
  trainNetwork,
} from './network/train.ts';
