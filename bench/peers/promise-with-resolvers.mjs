// Restate's SDK calls Promise.withResolvers, which Node.js has from version 22 on; this project also runs on 20. The
// function is standard and this small, so Node.js 20 gets it here.
Promise.withResolvers ??= function withResolvers() {
  let resolve;
  let reject;
  const promise = new this((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
};
