export function isNodeSupported(version: string, range: string): boolean;

export function npmOf(runner: string | undefined): string | undefined;

export function needsInstall(state: {
  readonly installedMs: number | undefined;
  readonly lockMs: number;
  readonly installedHash: string | undefined;
  readonly lockHash: string;
}): boolean;

export function needsBuild(state: {
  readonly builtFingerprint: string | undefined;
  readonly sourceFingerprint: string;
  readonly hasOutputs: boolean;
}): boolean;

export function includedFolders(root: string, config: string): readonly string[];

export function listSources(root: string, config: string): readonly string[];

export function listInputs(root: string, config: string): readonly string[];

export function fingerprintSources(root: string, config: string): string;
