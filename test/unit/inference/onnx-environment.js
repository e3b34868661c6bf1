const { TestEnvironment } = require('jest-environment-node');

/**
 * The native part of onnxruntime-node makes its results with the process's own Float32Array, which is another class than
 * the one of Jest's sandbox: the runtime then refuses its own result. Tests that run a model share the process's class.
 */
module.exports = class OnnxEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.Float32Array = Float32Array;
  }
};
