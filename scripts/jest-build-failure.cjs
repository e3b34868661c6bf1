// Jest runs this before each test file. jest-setup.mjs says whether the program could be built.
const failure = process.env.JEST_BUILD_FAILURE;
if (failure !== undefined) throw new Error(failure);
