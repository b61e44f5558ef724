import type { Readable, Writable } from "node:stream";
import { SERVER_CAPABILITIES, SERVER_INFO, TOOLS_FOR_AN_HOUR } from "../offer.ts";
import type { ServerParts } from "../server.ts";
import { listedFor } from "../toolkit/listed-tool.ts";
import { MODERN_VERSION, type Opening, openingOf, type RequestId } from "./opening.ts";

/**
 * Answers the opening of a connection (`initialize` or `server/discover`, `tools/list`, `ping`) exactly as the SDK's server
 * would, without loading it: hosts start servers to read their list and leave. The first line that is anything else, or not
 * plainly one of these, hands the stream over, with all that the full server has to know of what was said before.
 * test/transports holds the answers of the two together, byte by byte.
 */
export interface HandedOver {
  /** Lines that were answered here and change what comes after; the full server reads them first. */
  readonly replayed: readonly string[];
  /** Requests among them: their answers were given. */
  readonly answered: readonly RequestId[];
  /** What came after them. */
  readonly unread: Buffer;
}

/** A line this long is no opening message. */
const MAX_LINE = 64 * 1024;
const NEW_LINE = 10;

export function openDesk(
  parts: Pick<ServerParts, "tools" | "instructions">,
  input: Readable,
  output: Writable,
  handOver: (so: HandedOver) => void,
): { close(): void } {
  const replies = new Replies(parts);
  let unread: Buffer = Buffer.alloc(0);
  const close = () => {
    input.off("data", read);
    input.pause();
  };
  const read = (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    for (;;) {
      const end = unread.indexOf(NEW_LINE);
      if (end < 0 && unread.length <= MAX_LINE) return;
      const reply = end < 0 || end > MAX_LINE ? null : replies.to(unread.toString("utf8", 0, end));
      if (reply === null) {
        close();
        return handOver({ replayed: replies.replayed, answered: replies.answered, unread });
      }
      unread = unread.subarray(end + 1);
      if (reply !== "") output.write(reply);
    }
  };
  input.on("data", read);
  return { close };
}

type Phase = "new" | "legacy" | "probe" | "modern";

/** What was said so far, and what is said to the next line. */
class Replies {
  readonly replayed: string[] = [];
  readonly answered: RequestId[] = [];
  readonly #parts: Pick<ServerParts, "tools" | "instructions">;
  #phase: Phase = "new";
  /** What the client declared at `initialize`. */
  #capabilities: unknown = null;

  constructor(parts: Pick<ServerParts, "tools" | "instructions">) {
    this.#parts = parts;
  }

  /** The answer, empty where there is none to give; `null` when the full server has to read the line. */
  to(line: string): string | null {
    const opening = openingOf(line);
    if (opening === null) return null;
    const next = NEXT[this.#phase][opening.kind === "list" && opening.modern === null ? "legacy list" : opening.kind];
    if (next === undefined) return null;
    // What changes nothing need not be said twice.
    if (next !== this.#phase || opening.kind === "initialized") {
      this.replayed.push(line);
      if (opening.kind !== "initialized") this.answered.push(opening.id);
    }
    this.#phase = next;
    return opening.kind === "initialized"
      ? ""
      : `${JSON.stringify({ result: this.#result(opening), jsonrpc: "2.0", id: opening.id })}\n`;
  }

  #result(opening: Exclude<Opening, { readonly kind: "initialized" }>): object {
    const { tools, instructions } = this.#parts;
    switch (opening.kind) {
      case "initialize":
        this.#capabilities = opening.capabilities;
        return {
          protocolVersion: opening.version,
          capabilities: SERVER_CAPABILITIES,
          serverInfo: SERVER_INFO,
          instructions,
        };
      case "ping":
        return {};
      case "list":
        return opening.modern === null
          ? { tools: listedFor(tools, this.#capabilities) }
          : modern({ tools: listedFor(tools, opening.modern.capabilities) }, TOOLS_FOR_AN_HOUR);
      case "discover":
        return modern(
          { supportedVersions: [MODERN_VERSION], capabilities: SERVER_CAPABILITIES, instructions },
          { ttlMs: 0, cacheScope: "private" },
        );
    }
  }
}

/** Which message is answered here in which phase, and the phase it leads to. */
const NEXT: Readonly<Record<Phase, Readonly<Partial<Record<Opening["kind"] | "legacy list", Phase>>>>> = {
  new: { initialize: "legacy", discover: "probe", list: "modern" },
  legacy: { initialized: "legacy", ping: "legacy", "legacy list": "legacy" },
  probe: { discover: "probe", list: "modern" },
  modern: { discover: "modern", list: "modern" },
};

/** Every result of the 2026 era says what it is, how long it holds and who says it. */
function modern(result: object, hint: object): object {
  return {
    ...result,
    resultType: "complete",
    ...hint,
    _meta: { "io.modelcontextprotocol/serverInfo": SERVER_INFO },
  };
}
