import type { DenialCode } from '../../src/domain/denial';
import { KEPT_AT_THE_DOOR, REFUSED_AT_THE_DOOR } from './at-the-door';
import { REFUSED_BY_THE_ACCOUNT } from './by-the-account';
import { ANSWERS, OUTCOMES, UNDER_WAY } from './how-they-end';
import { NO_SIGNAL_OF_OURS, REFUSED_ONCE_HELD } from './once-held';
import type { Scenario } from './scenario';
import { REFUSED_WHILE_PLANNED } from './while-planned';

/** A scenario for every denial code: one that is missing does not compile. */
export const REFUSALS: Readonly<Record<DenialCode, Scenario>> = {
  ...REFUSED_AT_THE_DOOR,
  ...NO_SIGNAL_OF_OURS,
  ...REFUSED_WHILE_PLANNED,
  ...REFUSED_BY_THE_ACCOUNT,
  ...REFUSED_ONCE_HELD,
};

/** By chapter and name. */
export const TABLE: Readonly<Record<string, Readonly<Partial<Record<string, Scenario>>>>> = {
  'How signals end': OUTCOMES,
  'Denial codes': REFUSALS,
  'Kept at the door': KEPT_AT_THE_DOOR,
  'What the venue may answer': ANSWERS,
  'What needs a person': UNDER_WAY,
};
