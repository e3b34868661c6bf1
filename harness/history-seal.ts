import { createKey } from '../src/temporal/codec/create-key';
import { HISTORY_KEYS_FILE_VARIABLE, HISTORY_KEYS_VARIABLE } from '../src/temporal/codec/history-keys';

/** Whether histories are sealed is decided here alone, with a key of this run: nobody's own keys are used. */
export function decideSeal(isSealed: boolean): void {
  delete process.env[HISTORY_KEYS_FILE_VARIABLE];
  if (isSealed) process.env[HISTORY_KEYS_VARIABLE] = createKey('harness');
  else delete process.env[HISTORY_KEYS_VARIABLE];
}

/** The same for the processes of a started product. */
export function historyEnvironment(): NodeJS.ProcessEnv {
  const keys = process.env[HISTORY_KEYS_VARIABLE];
  return keys === undefined ? {} : { [HISTORY_KEYS_VARIABLE]: keys };
}
