import { KEY_NUMBERS } from '../../flow/key-numbers.ts';
import type { Labels, NameableFlows } from '../labels.ts';
import type { LabelRule } from './label-rule.ts';

/** Labels by rules in order: of those that match a flow, the first one counts. */
export class RuleLabels implements Labels {
  private readonly rules: readonly LabelRule[];
  private readonly rest: string | undefined;
  private readonly key = new Uint32Array(KEY_NUMBERS);

  /** @param rest the label of flows that no rule is for; undefined for none */
  constructor(rules: readonly LabelRule[], rest: string | undefined) {
    this.rules = rules;
    this.rest = rest;
  }

  nameOf(flows: NameableFlows, flow: number): string | undefined {
    const { key, rules } = this;
    flows.keys.unpack(flows.key[flow], key);
    const first = flows.clock.epochSeconds(flows.start[flow]);
    const last = flows.clock.epochSeconds(flows.end[flow]);
    for (let i = 0; i < rules.length; i++) {
      if (rules[i].matches(key, first, last)) return rules[i].label;
    }
    return this.rest;
  }
}
