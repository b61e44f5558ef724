import { PassThrough } from "node:stream";
import type { ServerParts } from "../../src/server.ts";
import { type HandedOver, openDesk } from "../../src/transports/desk.ts";
import { serveOverStdio } from "../../src/transports/stdio.ts";

const MODERN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
};
export const envelope = (capabilities: object = {}) => ({
  _meta: { ...MODERN, "io.modelcontextprotocol/clientCapabilities": capabilities },
});

export const request = (id: unknown, method: string, params?: unknown) => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params === undefined ? {} : { params }),
});
export const notification = (method: string, params?: unknown) => ({
  jsonrpc: "2.0",
  method,
  ...(params === undefined ? {} : { params }),
});
export const initialize = (id: unknown, protocolVersion: unknown, capabilities: unknown = {}) =>
  request(id, "initialize", { protocolVersion, capabilities, clientInfo: { name: "test", version: "1" } });

export interface Heard {
  /** Lines of the answer, as they came. */
  readonly lines: readonly string[];
  /** Whether the full server was loaded. */
  readonly handedOver: boolean;
  readonly reported: readonly string[];
}

/**
 * What is said to these bytes, with the desk in front of the server or without. `chunks` are written one after another,
 * each once the one before is answered.
 */
export async function hear(
  parts: ServerParts,
  chunks: readonly (string | Buffer)[],
  withDesk: boolean,
): Promise<Heard> {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = "";
  output.setEncoding("utf8");
  output.on("data", (chunk: string) => {
    text += chunk;
  });
  const reported: string[] = [];
  let handedOver = false;
  const serve = (opening: HandedOver) => {
    handedOver = true;
    return serveOverStdio(parts, (line) => reported.push(line), { output, opening });
  };
  let connection: { close(): unknown } = { close: () => {} };
  if (withDesk) {
    const desk = openDesk(parts, input, output, (opening) => {
      const server = serve(opening);
      connection = {
        close() {
          desk.close();
          return server.close();
        },
      };
    });
    connection = desk;
  } else {
    connection = serve({ replayed: [], answered: [], follow: (server) => input.pipe(server) });
  }
  for (const chunk of chunks) {
    input.write(chunk);
    await settled(() => text.length);
  }
  await connection.close();
  return { lines: text.split("\n").filter((line) => line !== ""), handedOver, reported };
}

/** Until nothing new was said for some turns of the event loop, and some moments in which files can be read. */
async function settled(size: () => number): Promise<void> {
  let before = -1;
  for (let quiet = 0; quiet < 24; quiet = size() === before ? quiet + 1 : 0) {
    before = size();
    await new Promise((resolve) => (quiet === 23 ? setTimeout(resolve, 4) : setImmediate(resolve)));
  }
}

export const lines = (...messages: readonly unknown[]): string =>
  messages.map((message) => `${typeof message === "string" ? message : JSON.stringify(message)}\n`).join("");
