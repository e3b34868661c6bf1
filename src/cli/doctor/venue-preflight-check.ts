import { isPortListening } from '../../net/ports';
import { environmentOf } from '../../config/trading-environment';
import { type Check, mend, skipped, well } from './check';

/** Below what a check may take. */
const WAIT_MAX_MS = 3_000;

/** What `oncefill venue check` says, in one line. */
export const VENUE_PREFLIGHT_CHECK: Check = {
  name: 'venue pre-flight',
  async run({ config, env }) {
    if (environmentOf(config) === 'paper' && !(await isPortListening(config.paperVenue.port))) {
      return skipped('the paper venue does not run: it is asked after "oncefill start"');
    }
    const { askVenue } = await import('../ask-venue');
    const { findings } = await askVenue(config, env, WAIT_MAX_MS);
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
