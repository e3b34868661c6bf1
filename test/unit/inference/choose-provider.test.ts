import { chooseProvider } from '../../../src/inference/choose-provider';
import type { DescribedModel } from '../../../src/inference/model-metadata';
import { readModel } from '../../../src/inference/model-metadata';
import { RuntimeFailure, type ThreadHost } from '../../../src/inference/thread-host';
import { MODEL_PATH } from './vectors';

let model: DescribedModel;
let expected: readonly Float32Array[];
beforeAll(async () => {
  model = await readModel(MODEL_PATH);
  expected = model.metadata.outputs.map(({ name }) => Float32Array.from(model.testWindow!.outputs[name]!));
});

/** A thread in which each provider fails to open, or answers the right thing times a factor. */
function threadWith(factors: Readonly<Record<string, number>>) {
  const calls: string[] = [];
  const host: Pick<ThreadHost, 'open' | 'run' | 'release'> = {
    open(provider) {
      calls.push(`open ${provider}`);
      if (factors[provider] === undefined) return Promise.reject(new RuntimeFailure('backend not found'));
      return Promise.resolve({ inputs: [], outputs: [] });
    },
    run: (provider) => Promise.resolve(expected.map((values) => values.map((value) => value * factors[provider]!))),
    release(provider) {
      calls.push(`release ${provider}`);
      return Promise.resolve();
    },
  };
  return { calls, host: host as ThreadHost };
}

test('the first provider that answers as the processor does is used, and the processor is let go', async () => {
  const { calls, host } = threadWith({ cuda: 1.01, webgpu: 1 });
  const choice = await chooseProvider(host, model, ['tensorrt', 'cuda', 'webgpu', 'coreml'], expected);
  expect(choice).toMatchObject({ provider: 'webgpu', refused: [{ provider: 'tensorrt' }, { provider: 'cuda' }] });
  expect(calls).toEqual(['open tensorrt', 'open cuda', 'release cuda', 'open webgpu', 'release cpu']);
});

test('no provider after the processor is tried', async () => {
  const { calls, host } = threadWith({ webgpu: 1 });
  await expect(chooseProvider(host, model, ['cpu', 'webgpu'], expected)).resolves.toEqual({
    provider: 'cpu',
    refused: [],
  });
  expect(calls).toEqual([]);
});

test('the processor is no last resort where it is ruled out', async () => {
  const { host } = threadWith({ cuda: Number.NaN });
  await expect(chooseProvider(host, model, ['cuda', 'cpu', 'no-cpu'], expected)).rejects.toMatchObject({
    code: 'EXECUTION_PROVIDER_UNAVAILABLE',
    message: expect.stringContaining('is no number') as string,
  });
});
