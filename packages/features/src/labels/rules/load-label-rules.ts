import { LabelRule } from './label-rule.ts';
import { CONDITIONS, type RuleOptions, readConditions } from './read-conditions.ts';
import { readYaml } from './read-yaml.ts';
import { RuleLabels } from './rule-labels.ts';
import type { YamlValue } from './yaml-value.ts';

const RULE_FIELDS = ['label', ...CONDITIONS, 'direction'] as const;
const LONGEST_LABEL = 100;

/**
 * Reads rules for the labels of flows from a YAML file:
 *
 *     rules:                             # the first one that matches counts
 *       - label: DDoS                    # BENIGN and NORMAL are normal, all others are not
 *         from: [172.16.0.1, 2001:db8::/32]
 *         dport: 80
 *         proto: tcp
 *         start: 2017-07-07T15:56:00-03:00
 *         direction: both
 *     default: BENIGN                    # flows that no rule is for; without it they have no label
 *
 * A rule's conditions must all hold: from, to, host (an address, a block, or a list), sport, dport, port (a
 * number, a range, or a list), proto (a name, a number, or a list), start, end (ISO 8601 or seconds since
 * 1970; the flow overlaps the time between, ends included). With `direction: both` addresses and ports may
 * be the other way round.
 *
 * @throws PipelineError LABELS_UNUSABLE, or as of a file that cannot be read
 */
export async function loadLabelRules(path: string, options: RuleOptions = {}): Promise<RuleLabels> {
  const file = await readYaml(path);
  const fields = file.fields(['rules', 'default'], 'part of a rules file');
  const rules = fields.get('rules');
  if (rules === undefined) throw file.refuse('it has no rules');
  if (!Array.isArray(rules.value)) throw rules.refuse('the rules must be a list, with a - in front of each');
  const rest = fields.get('default');
  return new RuleLabels(
    rules.items().map((rule) => readRule(rule, options)),
    rest && readLabel(rest),
  );
}

function readRule(rule: YamlValue, options: RuleOptions): LabelRule {
  const fields = rule.fields(RULE_FIELDS, 'condition');
  const label = fields.get('label');
  if (label === undefined) throw rule.refuse('it has no label');
  if (!CONDITIONS.some((name) => fields.has(name))) {
    throw rule.refuse('it has no conditions: for all other flows there is default, beside rules');
  }
  return new LabelRule(readLabel(label), readConditions(fields, options));
}

function readLabel(label: YamlValue): string {
  const { value } = label;
  const name = typeof value === 'string' ? value.trim() : '';
  if (name !== '' && name.length <= LONGEST_LABEL && !/\p{Cc}/u.test(name)) return name;
  throw label.refuse(
    `${label.shown()} is no label: write a name of up to ${LONGEST_LABEL} letters; BENIGN and NORMAL are normal`,
  );
}
