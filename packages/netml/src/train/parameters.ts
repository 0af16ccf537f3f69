import { findAlgorithm, readParameters } from '@antinex/models';
import { readParam } from '../options/parameters.ts';
import type { TrainValues } from '../options/settings.ts';

/**
 * The parameters for an algorithm, looked at before all work.
 *
 * @throws PipelineError CONFIG_INVALID, PARAMETERS_INVALID, or as of a file that cannot be read
 */
export async function trainingParameters(
  param: string | undefined,
  { algorithm, randomState, compat }: TrainValues,
): Promise<Readonly<Record<string, unknown>>> {
  const given = { random_state: randomState, ...(await readParam(param)) };
  const { name, parameters } = findAlgorithm(algorithm);
  readParameters(name, parameters, given, compat !== undefined);
  return given;
}
