export {
  type Classes,
  classesOf,
  classOf,
  classOfExisting,
  type LabelRules,
  labelName,
  parseLabelRules,
  UNKNOWN_LABEL,
} from './data/labels.ts';
export { RandomState } from './data/random-state.ts';
export { fitMinMax, fitStandard, type Scaler, scale, scaleLikeAntinex } from './data/scaler.ts';
export { kFolds, type Split, stratifiedFolds, trainTestSplit } from './data/splits.ts';
export { type Matrix, type Table, takeRows } from './data/table.ts';
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
} from './evaluation/cross-validate.ts';
export { type Evaluation, evaluate, type Labelled, printEvaluation } from './evaluation/evaluate.ts';
export { evaluateScores, type ScoreEvaluation } from './evaluation/score-evaluation.ts';
export {
  decodeDetector,
  encodeDetector,
  loadDetector,
  type SavedDetector,
  saveDetector,
} from './files/detector-file.ts';
export { decodeModel, encodeModel, loadModel, type Model, saveModel } from './files/model-file.ts';
export { DenseNetwork, type LayerWeights } from './network/dense-network.ts';
export {
  countWeights,
  describeNetwork,
  type Layer,
  type NetworkDescription,
  outputsOf,
} from './network/description.ts';
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
export type { Algorithm, Facts } from './novelty/algorithm.ts';
export { findAlgorithm, NOVELTY_ALGORITHMS } from './novelty/catalogue.ts';
export { Detector, type DetectorParts, type OtherShapes } from './novelty/detector.ts';
export { type FitOptions, fitDetector } from './novelty/fit-detector.ts';
export {
  defaultOf,
  describeValues,
  type Parameter,
  type Parameters,
  type ParameterValue,
  readParameters,
} from './novelty/parameters.ts';
