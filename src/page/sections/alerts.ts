import { RULE_TERMS } from '../../domain/alerts/rules';
import { isSilenced } from '../../domain/alerts/silences';
import { lookAtAlerts, stateAfterSpool } from '../../observability/alerts/look-at-alerts';
import { compareChannels } from '../../observability/alerts/running-channels';
import type { PageValues } from '../feed';
import { SectionProblem } from '../section-problem';

const NOBODY = 'nobody: the process that tells people does not run';

/** Health tells of a disk that is full; it is not tried with every look. */
const NO_TRIAL = (): void => undefined;

/**
 * What holds now that people are told of.
 *
 * @throws SectionProblem
 */
export async function readAlerts(dataDir: string, nowMs: number): Promise<PageValues['alerts']> {
  const looked = lookAtAlerts(dataDir, NO_TRIAL);
  if (looked.unknown.length > 0) throw new SectionProblem(looked.unknown.join(' '));
  // With what was left for the book since: a silence is seen at once.
  const state = stateAfterSpool(looked, nowMs);
  const open = state.alerts.filter(({ firedAt }) => firedAt !== undefined);
  const silences = state.silences.filter(({ untilMs }) => untilMs > nowMs);
  return {
    open: open.map((alert) => ({
      rule: alert.rule,
      severity: RULE_TERMS[alert.rule].severity,
      subject: alert.subject,
      text: alert.text,
      since: new Date(alert.sinceMs).toISOString(),
      is_silenced: isSilenced(state, alert),
    })),
    silences: silences.map(({ rule, subject, reason, who, untilMs }) => ({
      rule,
      subject,
      reason,
      who,
      until: new Date(untilMs).toISOString(),
    })),
    told_to: compareChannels(dataDir, {})?.words ?? NOBODY,
  };
}
