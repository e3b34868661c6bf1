import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

/**
 * One of the modules that browsers load. The compiler of the program does not know them (they have a configuration of their own),
 * so that a test says what it takes from one.
 *
 * @param name its file in page/
 */
export function pageModule<Shape extends object>(name: string): Shape {
  return jest.requireActual<Shape>(join(packageRoot(), 'page', name));
}
