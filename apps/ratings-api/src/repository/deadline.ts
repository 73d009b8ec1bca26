/** The answer of `withDeadline` when time ran out first. */
export const LATE = Symbol("late");

/** The promise's value, or LATE after `ms`; the promise itself goes on, and its later rejection is taken care of. */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
