import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ConfigError } from "../errors.ts";
import type { Address } from "./setting-values.ts";

export interface Listener {
  readonly address: AddressInfo;
  /** Takes nothing new, waits for what is under way, cuts off what is not done by then. */
  drain(milliseconds: number): Promise<void>;
}

/** The connection a request came by, and what was sent of its head. */
export interface Peer {
  /** What follows the head, as it arrives: a stream of the web costs several times as much to read. */
  readonly body: Readable;
  readonly remoteAddress: string;
  readonly forwardedFor: string;
}

export type Answer = (request: Request, peer: Peer) => Response | Promise<Response>;

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const IDLE_MS = 65_000;
const IDLE_LOOK_MS = 50;
const MOST_CONNECTIONS = 2_000;

/** Opens a port. Slow senders are cut off: headers within 10 s, the whole request within 30 s. */
export async function listen(answer: Answer, { host, port }: Address): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      // Longer than the idle time of load balancers, so that it is they who close.
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 32 * 1024,
    },
    getRequestListener((request, { incoming }) => answer(request, peerOf(incoming))),
  );
  server.maxConnections = MOST_CONNECTIONS;
  const address = await opened(server, host, port);
  return {
    address,
    async drain(milliseconds) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection becomes idle when its last answer is out; a client would go on using it.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
      server.closeIdleConnections();
      const enough = setTimeout(() => server.closeAllConnections(), milliseconds);
      await closed;
      clearInterval(idle);
      clearTimeout(enough);
    },
  };
}

function peerOf(incoming: Readable & Pick<IncomingMessage, "socket" | "headers">): Peer {
  return {
    body: incoming,
    remoteAddress: incoming.socket.remoteAddress ?? "",
    forwardedFor: String(incoming.headers["x-forwarded-for"] ?? ""),
  };
}

function opened(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new ConfigError(
          `The port ${port} at ${host} could not be opened: ${"code" in error ? String(error.code) : error.message}.`,
          {
            next: "Choose another with --listen or --admin-listen.",
          },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no address"));
      resolve(address);
    });
  });
}
