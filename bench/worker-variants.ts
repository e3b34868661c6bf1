import type { Variant } from './variants';

const workers = (name: string, values: Readonly<Record<string, number>>): Variant => ({
  name,
  config: { workers: values },
});

/** The settings of the workers in config/default.yaml, each smaller and larger. */
export const WORKER_VARIANTS: readonly Variant[] = [
  { name: 'ours: 40 workflow tasks, 20 activities, 5 polls, 1000 cached' },
  workers('10 workflow tasks', { workflowTasksMax: 10 }),
  workers('200 workflow tasks', { workflowTasksMax: 200 }),
  workers('5 activities', { activitiesMax: 5 }),
  workers('100 activities', { activitiesMax: 100 }),
  workers('2 polls', { pollsMax: 2 }),
  workers('20 polls', { pollsMax: 20 }),
  { name: '50 cached', config: { temporal: { maxCachedWorkflows: 50 } } },
  { name: 'ours, once more' },
];
