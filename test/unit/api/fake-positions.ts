import type { ApiDependencies } from '../../../src/api/server';

/** For tests of an API that is about something else: no position is open, and none ever was. */
export const NO_POSITIONS: Pick<ApiDependencies, 'positions' | 'flatten'> = {
  positions: {
    list: async () => [],
    show: async () => undefined,
    close: async () => undefined,
    protect: async () => undefined,
    trades: async () => ({ trades: [], untold: [], isCut: false }),
    risk: async () => undefined,
  },
  flatten: async (reason) => ({
    change: { requestId: 'flatten', to: 'reducing', reason, atMs: 0 },
    cancelled: [],
    closings: [],
  }),
};
