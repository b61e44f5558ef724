import type { Readable, Writable } from "node:stream";
import { SERVER_CAPABILITIES, SERVER_INFO, TOOLS_FOR_AN_HOUR } from "../offer.ts";
import type { ServerParts } from "../server.ts";
import { EFFECT_META } from "../toolkit/effect.ts";
import { listedFor } from "../toolkit/listed-tool.ts";
import { type Declared, MODERN_VERSION, type Opening, openingOf, type RequestId, type WireCall } from "./opening.ts";
import type { Connection } from "./read-call.ts";

/**
 * Answers the opening of a connection (`initialize` or `server/discover`, `tools/list`, `ping`) and calls of tools that only
 * read exactly as the SDK's server would, without loading it: hosts start servers to read their list and leave, and most of
 * a first call's time was the SDK's. The first line that is anything else, or not plainly one of these, hands the stream
 * over, with all that the full server has to know of what was said before. test/transports holds the answers of the two
 * together, byte by byte.
 */
export interface HandedOver {
  /** Lines that were answered here and change what comes after; the full server reads them first. */
  readonly replayed: readonly string[];
  /** Requests among them: their answers were given. */
  readonly answered: readonly RequestId[];
  /** Passes on what comes after them. */
  follow(server: Writable): void;
}

/** A line this long is no opening message. */
const MAX_LINE = 64 * 1024;
const NEW_LINE = 10;

type Parts = Pick<ServerParts, "tools" | "instructions" | "callTool">;

export function openDesk(
  parts: Parts,
  input: Readable,
  output: Writable,
  handOver: (so: HandedOver) => void,
): { close(): void } {
  const reads = new Reads(parts, output);
  const replies = new Replies(parts, reads);
  let unread: Buffer = Buffer.alloc(0);
  let listener = read;
  const leave = () => {
    input.off("data", listener);
    input.pause();
  };
  const hear = (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
  };
  function read(chunk: Buffer): void {
    hear(chunk);
    for (;;) {
      const end = unread.indexOf(NEW_LINE);
      if (end < 0 && unread.length <= MAX_LINE) return;
      const reply = end < 0 || end > MAX_LINE ? null : replies.to(unread.toString("utf8", 0, end));
      if (reply === null) {
        leave();
        handOver({ replayed: replies.replayed, answered: replies.answered, follow });
        return;
      }
      unread = unread.subarray(end + 1);
      if (reply !== "") output.write(reply);
    }
  }
  /** What is being read here can still be cancelled, and by nobody else; then every byte is the server's. */
  function follow(server: Writable): void {
    listener = (chunk) => {
      hear(chunk);
      for (let end = unread.indexOf(NEW_LINE); reads.areUnderway && end >= 0; end = unread.indexOf(NEW_LINE)) {
        const line = end > MAX_LINE ? null : openingOf(unread.toString("utf8", 0, end));
        if (line?.kind !== "cancelled" || !reads.cancel(line.id)) server.write(unread.subarray(0, end + 1));
        unread = unread.subarray(end + 1);
      }
      if (reads.areUnderway && unread.length <= MAX_LINE) return;
      input.off("data", listener);
      server.write(unread);
      input.pipe(server);
    };
    input.on("data", listener);
    listener(Buffer.alloc(0));
    input.resume();
  }
  input.on("data", listener);
  return {
    close() {
      leave();
      reads.close();
    },
  };
}

/** Calls that were taken here and are not answered yet. */
class Reads {
  readonly #parts: Parts;
  readonly #output: Writable;
  readonly #underway = new Map<RequestId, AbortController>();

  constructor(parts: Parts, output: Writable) {
    this.#parts = parts;
    this.#output = output;
  }

  get areUnderway(): boolean {
    return this.#underway.size > 0;
  }

  /** Whether the call is of a tool that this client is told of and that only reads, and its id is free. */
  takes({ id, name }: WireCall, { capabilities }: Declared): boolean {
    const tool = listedFor(this.#parts.tools, capabilities).find((one) => one.name === name);
    return tool?._meta[EFFECT_META] === "read" && !this.#underway.has(id);
  }

  begin(call: WireCall, connection: Connection): void {
    const { id } = call;
    const controller = new AbortController();
    const isWanted = () => this.#underway.get(id) === controller;
    const say = (message: object) => this.#output.write(`${JSON.stringify(message)}\n`);
    this.#underway.set(id, controller);
    const notify = (method: string, params: object) => {
      if (isWanted()) say({ jsonrpc: "2.0", method, params });
    };
    void import("./read-call.ts")
      .then(({ readCall }) => readCall(this.#parts, call, connection, controller.signal, notify))
      .then(
        (result) => ({ result: call.modern === null ? result : modern(result, {}, result._meta), jsonrpc: "2.0", id }),
        (error: unknown) => ({ jsonrpc: "2.0", id, error: internal(error) }),
      )
      .then((answer) => {
        if (isWanted()) say(answer);
        this.#underway.delete(id);
      });
  }

  /** No answer follows. False when there is none to take back. */
  cancel(id: RequestId): boolean {
    const controller = this.#underway.get(id);
    this.#underway.delete(id);
    controller?.abort();
    return controller !== undefined;
  }

  close(): void {
    for (const id of [...this.#underway.keys()]) this.cancel(id);
  }
}

type Phase = "new" | "legacy" | "probe" | "modern";

/** What was said so far, and what is said to the next line. */
class Replies {
  readonly replayed: string[] = [];
  readonly answered: RequestId[] = [];
  readonly #parts: Parts;
  readonly #reads: Reads;
  #phase: Phase = "new";
  /** What was agreed at `initialize`. */
  #agreed: Connection = { version: "", capabilities: null, client: null };

  constructor(parts: Parts, reads: Reads) {
    this.#parts = parts;
    this.#reads = reads;
  }

  /** What to answer at once, empty where there is nothing; `null` when the full server has to read the line. */
  to(line: string): string | null {
    const opening = openingOf(line);
    if (opening === null) return null;
    const next = NEXT[this.#phase][isOfLegacy(opening) ? LEGACY[opening.kind] : opening.kind];
    if (next === undefined) return null;
    if (opening.kind === "cancelled") return this.#reads.cancel(opening.id) ? "" : null;
    if (opening.kind === "call" && !this.#reads.takes(opening, opening.modern ?? this.#agreed)) return null;
    // What changes nothing need not be said twice.
    if (next !== this.#phase || opening.kind === "initialized") {
      this.replayed.push(line);
      if (opening.kind !== "initialized") this.answered.push(opening.id);
    }
    this.#phase = next;
    if (opening.kind === "initialized") return "";
    if (opening.kind !== "call") {
      return `${JSON.stringify({ result: this.#result(opening), jsonrpc: "2.0", id: opening.id })}\n`;
    }
    this.#reads.begin(opening, opening.modern === null ? this.#agreed : { version: "", ...opening.modern });
    return "";
  }

  #result(opening: Exclude<Opening, { readonly kind: "initialized" | "call" | "cancelled" }>): object {
    const { tools, instructions } = this.#parts;
    switch (opening.kind) {
      case "initialize":
        this.#agreed = opening;
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
          ? { tools: listedFor(tools, this.#agreed.capabilities) }
          : modern({ tools: listedFor(tools, opening.modern.capabilities) }, TOOLS_FOR_AN_HOUR);
      case "discover":
        return modern(
          { supportedVersions: [MODERN_VERSION], capabilities: SERVER_CAPABILITIES, instructions },
          { ttlMs: 0, cacheScope: "private" },
        );
    }
  }
}

const isOfLegacy = (opening: Opening): opening is Extract<Opening, { readonly kind: "list" | "call" }> =>
  (opening.kind === "list" || opening.kind === "call") && opening.modern === null;

const LEGACY = { list: "legacy list", call: "legacy call" } as const;

/**
 * Which message is answered here in which phase, and the phase it leads to. A call leads nowhere: what changes the phase is
 * said to the full server again, and nothing is called twice.
 */
const NEXT: Readonly<Record<Phase, Readonly<Partial<Record<Opening["kind"] | "legacy list" | "legacy call", Phase>>>>> =
  {
    new: { initialize: "legacy", discover: "probe", list: "modern" },
    legacy: {
      initialized: "legacy",
      ping: "legacy",
      "legacy list": "legacy",
      "legacy call": "legacy",
      cancelled: "legacy",
    },
    probe: { discover: "probe", list: "modern" },
    modern: { discover: "modern", list: "modern", call: "modern", cancelled: "modern" },
  };

/** Every result of the 2026 era says what it is, how long it holds and who says it. */
function modern(result: object, hint: object, meta: object = {}): object {
  const _meta = { ...meta, "io.modelcontextprotocol/serverInfo": SERVER_INFO };
  return { ...result, resultType: "complete", ...hint, _meta };
}

const INTERNAL_ERROR = -32_603;

function internal(error: unknown): object {
  return { code: INTERNAL_ERROR, message: error instanceof Error ? error.message : "Internal error" };
}
