import { followSupervisor } from '../process/lifeline';
import { followNpm } from '../supervisor/npm-parent';
import { outlastOutput } from './lost-output';

/** Ends this process with the one that started it: a supervisor, or npm, which passes no signal on. */
export function followStarter(): void {
  outlastOutput();
  followSupervisor();
  if (process.send === undefined) followNpm(() => process.kill(process.pid, 'SIGTERM'));
}
