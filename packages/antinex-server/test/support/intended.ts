/** A way in which our answers differ from the recorded ones, on purpose; docs/antinex-server.md says why. */
interface Intended {
  readonly key: string;
  /** Both unless given. */
  readonly mode?: 'compat' | 'default';
  /** `<recording>: <difference>` */
  readonly where: RegExp;
}

export const INTENDED: readonly Intended[] = [
  { key: 'no-broker-url', where: /worker_result_node: null for object$/ },
  { key: 'own-words', where: /says .*(JSON parse error - |Failed with ex=)/ },
  { key: 'options', where: /^nodebug-options-ml: / },
  { key: 'no-slash', where: /^nodebug-post-ml-no-slash(-follow)?: status (201|422) for 301$/ },
  { key: 'json-errors', where: /^(nodebug-bad-host|67-sync-syn-train-result): / },
  { key: 'user-fields', where: /^nodebug-user-missing-key: status 400 for 500$/ },
  { key: 'no-500', where: /^(97-ml-post-broker-down|sync-(50|58|65)-).*: status (201|422) for 500$/ },
  { key: 'errors-end', where: /^sync-(59|60|61|62|64)-.*: \.results\.error_data: string for null$/ },
  { key: 'model-json', mode: 'compat', where: /\.results\.model_json: string for object$/ },
  { key: 'regression-ends', where: /^6[456]-regression-.*-result: \.\w+: \w+ for null$/ },
  { key: 'invalid-422', mode: 'default', where: /: status 422 for (400|201)$/ },
  { key: 'random-labels', mode: 'default', where: /^(24|26)-mlprepare-.*/ },
  { key: 'more-scores', mode: 'default', where: /\.acc_data\.\w+: new$/ },
  { key: 'raw-values', mode: 'default', where: /\.predictions\[\]/ },
  { key: 'one-class', mode: 'default', where: /^(22-mlresults-get-finished|27-ml-sync-train-and-predict): / },
];
