import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";

/** What happens to a chunk that a client sends: on it goes, the line is cut first, or it goes on and the answer never comes. */
export type Fate = "pass" | "cut" | "cut_after";

export interface TcpProxy {
  readonly port: number;
  /** The same address by way of this line. */
  through(address: string): string;
  /** Looked at for every chunk from a client. */
  fate: (chunk: Buffer) => Fate;
  /** While true nothing gets through in either direction, and new connections are refused. */
  partition(on: boolean): void;
  /** While true nothing gets through, and nobody is told so: bytes wait, new connections are taken. */
  hold(on: boolean): void;
  /** Ends the server's half of every connection, as a middlebox that has forgotten them. */
  halfClose(): void;
  close(): Promise<void>;
}

/** A line to `target` on this machine that can be cut. */
export async function createTcpProxy(target: () => number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let parted = false;
  let held = false;
  const proxy: TcpProxy = {
    port: 0,
    through(address) {
      const url = new URL(address);
      url.port = String(this.port);
      return url.href;
    },
    fate: () => "pass",
    partition(on) {
      parted = on;
      if (on) for (const socket of sockets) socket.destroy();
    },
    hold(on) {
      held = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    halfClose() {
      for (const client of clients) client.end();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  const server = createServer((client) => {
    const upstream = dial(target(), "127.0.0.1");
    clients.add(client);
    client.on("close", () => clients.delete(client));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    if (parted) {
      client.destroy();
      return;
    }
    upstream.on("data", (chunk) => client.write(chunk));
    client.on("data", (chunk) => {
      const fate = proxy.fate(chunk);
      if (fate === "cut") {
        client.destroy();
        return;
      }
      upstream.write(chunk);
      if (fate === "cut_after") {
        upstream.removeAllListeners("data");
        upstream.once("data", () => client.destroy());
      }
    });
    if (held) for (const socket of [client, upstream]) socket.pause();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(proxy, { port: address.port });
}
