import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

/**
 * How much of what this process may use it uses: of the machine's or the container's memory, or of the heap's limit, which
 * is what usually ends a process of Node's, whichever is nearer to its end.
 *
 * @returns from 0; 1 is the end
 */
export function memoryShare(): number {
  const { rss, heapUsed } = process.memoryUsage();
  // Without a limit the container's is told as a huge number, or as 0.
  const constrained = process.constrainedMemory() || Infinity;
  const share = Math.max(rss / Math.min(constrained, totalmem()), heapUsed / getHeapStatistics().heap_size_limit);
  return Math.round(share * 1_000) / 1_000;
}
