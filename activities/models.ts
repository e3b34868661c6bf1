import type { LoadModelCommand, LoadModelReply, ServedModel } from '../src/messages/ml-manager';

export interface ModelDependencies {
  /**
   * Loads a model, lets it answer, and replaces the one before it.
   *
   * @throws Error with a sentence, and a code where there is one: the one before it goes on then
   */
  readonly replace: (command: LoadModelCommand) => Promise<ServedModel>;
}

/** The models of the process that predicts. */
export function createModelActivities({ replace }: ModelDependencies) {
  return {
    /** Between two predictions: this queue has one thing done at a time. */
    async loadModel(command: LoadModelCommand): Promise<LoadModelReply> {
      try {
        return { status: 'loaded', model: await replace(command) };
      } catch (error) {
        const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
        return {
          status: 'refused',
          code: typeof code === 'string' ? code : 'MODEL_LOAD_FAILED',
          reason: String(message ?? error),
        };
      }
    },
  };
}

export type ModelActivities = ReturnType<typeof createModelActivities>;
