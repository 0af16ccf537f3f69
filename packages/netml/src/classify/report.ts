import { formatCount, wantsColour } from '@antinex/runtime';
import { print } from '@antinex/runtime/command';
import { type SummaryLine, summaryText, worthJson, worthLines } from '../train/summary.ts';
import { worthOf } from '../train/train.ts';
import { type Verdict, verdictJson, verdictText } from './verdict.ts';

export interface ReportOptions {
  readonly json: boolean;
  /** Normal flows get a line, too. */
  readonly all: boolean;
  /** Without it there is no summary. */
  readonly summary: boolean;
  readonly threshold: number;
}

/** Prints verdicts as they come, and what they came to. */
export class Report {
  flows = 0;
  anomalies = 0;
  private readonly options: ReportOptions;
  private readonly colour = wantsColour(process.stdout, process.env);
  private readonly labelled: { scores: number[]; labels: number[] } = { scores: [], labels: [] };

  constructor(options: ReportOptions) {
    this.options = options;
  }

  /** `isAbnormal` tells what a flow is, where that is known. */
  async add(verdicts: readonly Verdict[], isAbnormal: (verdict: Verdict, i: number) => boolean | undefined) {
    let text = '';
    verdicts.forEach((verdict, i) => {
      this.flows++;
      if (verdict.anomaly) this.anomalies++;
      const truth = isAbnormal(verdict, i);
      if (truth !== undefined) {
        this.labelled.scores.push(verdict.score);
        this.labelled.labels.push(truth ? 1 : 0);
      }
      if (!verdict.anomaly && !this.options.all) return;
      text += this.options.json ? verdictJson(verdict) : verdictText(verdict, this.flows, this.colour);
    });
    await print(text);
  }

  /** The summary: on standard error, or as the last line of JSON. */
  async end(facts: Readonly<Record<string, unknown>>, lines: readonly SummaryLine[]): Promise<void> {
    const { json, summary, threshold } = this.options;
    const { flows, anomalies } = this;
    const { scores, labels } = this.labelled;
    const worth =
      scores.length > 0 ? worthOf(Float64Array.from(scores), Uint8Array.from(labels), threshold) : undefined;
    if (json) {
      const evaluation = worth === undefined ? null : worthJson(worth);
      const whole = { flows, anomalies, normal: flows - anomalies, threshold, evaluation, ...facts };
      return print(`${JSON.stringify({ summary: whole })}\n`);
    }
    if (!summary) return;
    const count = `${formatCount(flows)}, ${formatCount(anomalies)} anomalies`;
    const all = [...lines, ['flows', count] as const, ...(worth === undefined ? [] : worthLines(worth))];
    process.stderr.write(summaryText(all));
  }
}
