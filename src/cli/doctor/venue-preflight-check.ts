import { setTimeout as delay } from 'node:timers/promises';
import { environmentOf } from '../../config/trading-environment';
import type { VenueCheck } from '../ask-venue';
import { verdictOf } from '../venue-check';
import { type Check, type Finding, mend, skipped, unknown, well } from './check';
import { isPaperIdle, PAPER_IDLE } from './venue-checks';

/** Below what a check may take. */
const WAIT_MAX_MS = 2_000;
const ANSWER_MAX_MS = 4_000;

/** What `oncefill venue check` says, in one line. */
export function judgeVenue(check: VenueCheck): Finding {
  const { venue, environment, report, findings, problems, tradingState, held } = check;
  const verdict = verdictOf(check);
  if (held !== undefined) {
    const found = held.sentence.replace(/\.$/, '');
    return held.why === 'banned' ? mend(found) : unknown(`not known (${found})`);
  }
  const unread =
    report &&
    [...Object.values(report.symbols), report.key, report.account].filter(({ status }) => status === 'unread');
  const silent = unread?.find((answer) => answer.status === 'unread' && !answer.isFinal && answer.isOurs !== true);
  if (verdict === 'unknown') {
    const isAnyKnown = report?.account.status === 'known' || report?.key.status === 'known';
    if (silent?.status !== 'unread' || isAnyKnown)
      return unknown('not known (not everything could be read; "oncefill venue check" tells what)');
    return mend(
      silent.message.replace(/\.$/, ''),
      "look at this machine's network, name service and proxy, and at the exchange",
    );
  }
  if (verdict === 'refused' || verdict === 'stopped') {
    const bad = findings.filter(({ severity }) => severity === 'refuse' || severity === 'stop');
    const stops = tradingState === undefined || tradingState === 'active' ? [] : problems;
    return mend([...bad.map(({ sentence }) => sentence.replace(/\.$/, '')), ...stops].join('; '));
  }
  const count = findings.filter(({ severity }) => severity === 'warn').length + problems.length;
  const warnings = count === 0 ? '' : `, with ${count} to know ("oncefill venue check")`;
  return well(`${venue} (${environment}) can be traded as it is configured${warnings}`);
}

export const VENUE_PREFLIGHT_CHECK: Check = {
  name: 'venue pre-flight',
  async run({ config, env, access }) {
    if (await isPaperIdle(config)) return skipped(PAPER_IDLE);
    const { askVenue } = await import('../ask-venue');
    const late = delay(ANSWER_MAX_MS, undefined, { ref: false });
    const check = await Promise.race([
      access().then((opened) => askVenue(config, env, { waitMaxMs: WAIT_MAX_MS, opened })),
      late,
    ]);
    if (check !== undefined) return judgeVenue(check);
    const who = `${config.venue} (${environmentOf(config)})`;
    return unknown(`not known (not all of ${who} was read within ${ANSWER_MAX_MS / 1_000} s: machine busy?)`);
  },
};
