/**
 * The answer; `done` is called once its last byte is gone, its reader is, or it broke; for one that is whole, once it is
 * there. It may be called more than once.
 */
export async function whenSent(response: Response, done: () => void): Promise<Response> {
  if (isJson(response)) {
    try {
      return new Response(await response.text(), { status: response.status, headers: response.headers });
    } finally {
      done();
    }
  }
  if (response.body === null) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await reader.read();
        if (!next.done) return controller.enqueue(next.value);
        done();
        controller.close();
      } catch (error) {
        done();
        controller.error(error);
      }
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

/** One message, and no stream. */
export function isJson({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/json") === true;
}
