import { PassThrough, type Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { buildServer, type ServerParts } from "../server.ts";
import type { HandedOver } from "./desk.ts";
import type { RequestId } from "./opening.ts";

/**
 * Serves one client on a pair of streams, from where the desk left off. Problems of the connection go to `report`, never
 * to `output`.
 */
export function serveOverStdio(
  parts: ServerParts,
  report: (line: string) => void,
  { output, opening }: { readonly output: Writable; readonly opening: HandedOver },
): { close(): Promise<void> } {
  const heard = new PassThrough();
  // Nothing new is heard before the server stands where the client believes it does.
  const transport = new Replayed(heard, output, opening.answered, () => {
    opening.follow(heard);
  });
  const connection = serveStdio((context) => buildServer(parts, context.era), {
    transport,
    onerror: (error) => report(`connection: ${error.message}`),
  });
  transport.begin(opening.replayed);
  return connection;
}

/** Holds back the answers to what the desk has answered. */
class Replayed extends StdioServerTransport {
  readonly #heard: PassThrough;
  readonly #answered: RequestId[];
  readonly #caughtUp: () => void;

  constructor(heard: PassThrough, output: Writable, answered: readonly RequestId[], caughtUp: () => void) {
    super(heard, output);
    this.#heard = heard;
    this.#answered = [...answered];
    this.#caughtUp = caughtUp;
  }

  begin(lines: readonly string[]): void {
    for (const line of lines) this.#heard.write(`${line}\n`);
    if (this.#answered.length === 0) this.#caughtUp();
  }

  override send(message: Parameters<StdioServerTransport["send"]>[0]): Promise<void> {
    const isAnswer = !("method" in message);
    const at = isAnswer && message.id !== undefined ? this.#answered.indexOf(message.id) : -1;
    if (at < 0) return super.send(message);
    this.#answered.splice(at, 1);
    if (this.#answered.length === 0) this.#caughtUp();
    return Promise.resolve();
  }
}
