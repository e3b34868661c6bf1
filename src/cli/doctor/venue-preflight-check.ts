import { setTimeout as delay } from 'node:timers/promises';
import { isPortListening } from '../../net/ports';
import { environmentOf } from '../../config/trading-environment';
import { type Check, mend, skipped, well } from './check';

/** Below what a check may take. */
const WAIT_MAX_MS = 2_000;
/** The limits of an engine that has just been asked much leave no room for a while. */
const ANSWER_MAX_MS = 4_000;

/** What `oncefill venue check` says, in one line. */
export const VENUE_PREFLIGHT_CHECK: Check = {
  name: 'venue pre-flight',
  async run({ config, env }) {
    if (environmentOf(config) === 'paper' && !(await isPortListening(config.paperVenue.port))) {
      return skipped('the paper venue does not run: it is asked after "oncefill start"');
    }
    const { askVenue } = await import('../ask-venue');
    const late = delay(ANSWER_MAX_MS, undefined, { ref: false });
    const check = await Promise.race([askVenue(config, env, WAIT_MAX_MS), late]);
    if (check === undefined) {
      return skipped('the request limits leave no room to ask now: "oncefill venue check" waits for it');
    }
    const { findings } = check;
    const bad = findings.filter(({ severity }) => severity === 'refuse' || severity === 'stop');
    if (bad.length > 0) {
      const found = bad.map(({ sentence }) => sentence.replace(/\.$/, '')).join('; ');
      return mend(found, 'do what is said here, and look with "oncefill venue check"');
    }
    const count = findings.filter(({ severity }) => severity === 'warn').length;
    const warnings = count === 0 ? '' : `, with ${count} to know ("oncefill venue check")`;
    return well(`${config.venue} (${environmentOf(config)}) can be traded as it is configured${warnings}`);
  },
};
