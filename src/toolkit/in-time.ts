/** How long an answer waits for what it can do without. A record whose database is away takes far longer to say so. */
const WAIT_MS = 5_000;

/** What an answer can do without: what came in time, else `otherwise`. An error that comes later is nobody's. */
export async function inTime<T>(work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), WAIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
