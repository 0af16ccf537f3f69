import {
  type Algorithm,
  defaultOf,
  describeValues,
  findAlgorithm,
  NOVELTY_ALGORITHMS,
} from '@antinex/models';

const INDENT = '  ';

/** What --help-algorithm prints. */
export const algorithmHelp = (): string =>
  NOVELTY_ALGORITHMS.map(
    ({ name, title, description }) =>
      `${name.toLowerCase().padEnd(6)} ${title}\n${' '.repeat(7)}${description}\n`,
  ).join('');

/** What --help-param prints: the parameters of an algorithm, or of all. @throws PipelineError ALGORITHM_UNKNOWN */
export const parameterHelp = (algorithm?: string): string =>
  (algorithm === undefined ? NOVELTY_ALGORITHMS : [findAlgorithm(algorithm)]).map(describe).join('\n');

function describe({ name, title, parameters }: Algorithm): string {
  const lines = Object.entries(parameters).map(([parameter, about]) => {
    const [usual, compat] = [defaultOf(about), defaultOf(about, true)].map((value) => JSON.stringify(value));
    const defaults =
      usual === compat ? `default ${usual}` : `default ${usual}, with --compat netml ${compat}`;
    const unused = about.unused ? '; changes nothing' : '';
    return `${INDENT}${parameter}: ${describeValues(about)} (${defaults})\n${INDENT.repeat(3)}${about.help}${unused}\n`;
  });
  return `${name.toLowerCase()}: ${title}\n${lines.join('')}`;
}
