import { environmentOf } from '../../config/trading-environment';
import { checkStart } from '../start-checks';
import { type Check, well } from './check';

/** What `oncefill start` would refuse before it starts anything. */
export const START_CHECK: Check = {
  name: 'a start',
  async run({ config, env }) {
    const isLive = environmentOf(config) === 'live';
    await checkStart(config, { live: isLive, trades: true, env });
    return well(`the configuration is one that "oncefill start${isLive ? ' --live' : ''}" takes`);
  },
};
