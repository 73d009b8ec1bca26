/** The promise itself goes on, for others may wait for it. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const settled = new AbortController();
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: settled.signal });
      }),
    ]);
  } finally {
    settled.abort();
  }
}
