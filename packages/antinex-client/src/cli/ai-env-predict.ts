import { antinexProblems } from '../from-settings.ts';
import { runCommand } from './run-command.ts';
import { PREDICT_SETTINGS } from './settings.ts';

await runCommand({
  name: 'ai-env-predict',
  description: 'Have rows predicted by a model of the AntiNex API, as the ANTINEX_ variables say',
  settings: PREDICT_SETTINGS,
  examples: [
    '--env-file envs/antinex-dev.env --mock',
    '-f rows.json --model my-model --json > predictions.json',
    '-f rows.json --print-config          # all variables, and what they are',
  ],
  common: (values) => values,
  problemsOf: (values) => [
    ...antinexProblems(values),
    ...(values.antinexPublish === false ? ['ANTINEX_PUBLISH_ENABLED says that nothing may be sent'] : []),
    ...(values.file === undefined && !values.mock ? ['which rows? --file FILE, DATAFILE, or --mock'] : []),
  ],
  async run(opened, values) {
    const { predictRows } = await import('./predict-rows.ts');
    return predictRows(opened, values);
  },
});
