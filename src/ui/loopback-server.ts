import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export interface Loopback {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Attempts to find a port that is free on both loopback addresses. */
const MAX_ATTEMPTS = 8;

/**
 * An HTTP server that only this machine reaches, on a random port. Does not keep the process alive. `localhost`: by that
 * name, because passkeys are for names and not for addresses. A browser may try `::1` first there, so that address is taken
 * as well: whoever else listened on it would get what is meant for this server.
 */
export async function listenOnLoopback(name: "127.0.0.1" | "localhost", serve: Serve): Promise<Loopback> {
  for (let attempt = 1; ; attempt++) {
    const first = await listen("127.0.0.1", 0, serve);
    if (name === "127.0.0.1") return loopback(name, first.port, [first.server]);
    try {
      const second = await listen("::1", first.port, serve);
      return loopback(name, first.port, [first.server, second.server]);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      // Without IPv6 nobody else can listen there either.
      if (code !== "EADDRINUSE") return loopback(name, first.port, [first.server]);
      await closed(first.server);
      if (attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

function loopback(name: string, port: number, servers: readonly Server[]): Loopback {
  return {
    origin: `http://${name}:${port}`,
    port,
    async close() {
      for (const server of servers) await closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function listen(host: string, port: number, serve: Serve): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer(serve);
    server.requestTimeout = 10_000;
    server.headersTimeout = 5_000;
    server.maxConnections = 50;
    server.once("error", reject);
    server.listen({ host, port, ipv6Only: host === "::1" }, () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error("no port"));
        return;
      }
      server.unref();
      resolve({ server, port: address.port });
    });
  });
}
