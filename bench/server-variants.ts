import type { Variant } from './variants';

/** The server's own defaults of what temporal-config/dynamic-config*.yaml sets. */
const DEFAULT_PARTITIONS = {
  'matching.numTaskqueueReadPartitions': 4,
  'matching.numTaskqueueWritePartitions': 4,
};
const DEFAULT_POLLERS = {
  'history.transferProcessorMaxPollRPS': 20,
  'history.timerProcessorMaxPollRPS': 20,
};
const DEFAULT_LISTS = { 'history.visibilityProcessorMaxPollRPS': 20, 'history.visibilityTaskBatchSize': 100 };
const DEFAULT_UPDATES = { 'history.maxInFlightUpdates': 10, 'history.maxTotalUpdates': 2_000 };

/** The server settings of temporal-config, each set back to the server's default. */
export const SERVER_VARIANTS: readonly Variant[] = [
  { name: 'ours, paper (synchronous NORMAL)' },
  { name: 'ours, live (synchronous FULL)', durability: 'live' },
  { name: 'default pace of the history shard', dynamicConfig: DEFAULT_POLLERS },
  { name: 'default pace of its lists', dynamicConfig: DEFAULT_LISTS },
  { name: 'default partitions of a task queue', dynamicConfig: DEFAULT_PARTITIONS },
  { name: 'default limits of updates', dynamicConfig: DEFAULT_UPDATES },
  {
    name: 'all of them at their defaults',
    dynamicConfig: { ...DEFAULT_POLLERS, ...DEFAULT_LISTS, ...DEFAULT_PARTITIONS, ...DEFAULT_UPDATES },
  },
];
