import type { SettingShape } from './allowed-values';
import { SETTING_SHAPES } from './allowed-values';
import { ENVIRONMENT_VARIABLES } from './environment';

/** One row of the settings' reference. */
export interface Setting extends SettingShape {
  /** The variable that sets it, where there is one. */
  readonly environmentVariable?: string;
}

/** Every setting with its type, range and environment variable; the reference page is made from this. */
export const SETTINGS: readonly Setting[] = SETTING_SHAPES.map((shape) => ({
  ...shape,
  environmentVariable: ENVIRONMENT_VARIABLES.find((variable) => variable.path === shape.path)?.name,
}));
