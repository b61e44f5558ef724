/**
 * The answer; `done` is called once its last byte is gone, its reader is, or it broke; for one message, which is whole when
 * it is there, at once: to read it here would cost more than the rest of answering. It may be called more than once.
 */
export function whenSent(response: Response, done: () => void): Response {
  if (isJson(response) || response.body === null) {
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
function isJson({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/json") === true;
}
