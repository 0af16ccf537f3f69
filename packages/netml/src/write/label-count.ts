import type { Labels } from '@antinex/features';

/** Labels, and how many flows they had none for. */
export class LabelCount implements Labels {
  unlabelled = 0;
  private readonly labels: Labels;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  nameOf(...flow: Parameters<Labels['nameOf']>): string | undefined {
    const name = this.labels.nameOf(...flow);
    if (name === undefined) this.unlabelled++;
    return name;
  }
}
