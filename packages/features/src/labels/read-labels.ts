import { type Labels, LabelsInTurn } from './labels.ts';
import { type LabelOptions, loadLabels } from './load-labels.ts';
import { loadLabelRules } from './rules/load-label-rules.ts';

/**
 * Reads the labels of flows from files: `.yml` and `.yaml` are rules (see loadLabelRules), all others CSV
 * (see loadLabels). A flow has the label of the first file that names it.
 *
 * @throws PipelineError LABELS_UNUSABLE, NETML_FAILS with `compat`, or as of a file that cannot be read
 */
export async function readLabels(paths: readonly string[], options: LabelOptions = {}): Promise<Labels> {
  const sources: Labels[] = [];
  for (const path of paths) {
    sources.push(await (/\.ya?ml$/i.test(path) ? loadLabelRules : loadLabels)(path, options));
  }
  return sources.length === 1 ? sources[0] : new LabelsInTurn(sources);
}
