import { createServer, request } from "node:http";

/** A small reverse proxy: one request after the other to the next instance, as a load balancer without any memory. */
export async function startBalancer(): Promise<Balancer> {
  let targets: readonly URL[] = [];
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const target = targets[turn++ % targets.length];
    if (target === undefined) return void outgoing.writeHead(502).end();
    const { hostname, port } = target;
    const { url: path, method, headers } = incoming;
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    sent.on("error", () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { "content-type": "text/plain" }).end("no answer");
    });
    outgoing.on("close", () => sent.destroy());
    incoming.pipe(sent);
  });
  // A client's idle connection is not closed in the moment in which it sends again.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    to(urls) {
      targets = urls.map((url) => new URL(url));
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export interface Balancer {
  readonly url: string;
  to(urls: readonly string[]): void;
  close(): Promise<void>;
}
