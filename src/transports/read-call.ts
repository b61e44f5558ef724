import { clientFacts, knowsLinks, progressTo, resultOf, traceOf } from "../answering.ts";
import type { ServerParts } from "../server.ts";
import type { Declared, WireCall } from "./opening.ts";

/** The connection on which a call was made. `version` is empty in the 2026 era, where nothing is agreed beforehand. */
export interface Connection extends Declared {
  readonly version: string;
}

/** Runs a tool that only reads, and returns its result as the SDK's server would send it. */
export async function readCall(
  parts: Pick<ServerParts, "callTool">,
  call: WireCall,
  connection: Connection,
  signal: AbortSignal,
  notify: (method: string, params: object) => void,
): Promise<ReturnType<typeof resultOf>> {
  const era = call.modern === null ? "legacy" : "modern";
  const { progressToken } = call.meta;
  const answer = await parts.callTool(call.name, call.arguments, {
    asker: {
      client: clientFacts(connection, era, call.meta),
      // What reads asks nobody for anything.
      ask: async () => ({ action: "failed", reason: "a call that only reads has no question" }),
      returned: null,
    },
    signal,
    progress: progressTo(progressToken, (params) => notify("notifications/progress", params)),
    ...traceOf(call.meta),
  });
  if (answer.kind !== "result") throw new TypeError(`${call.name} only reads, but asks`);
  return resultOf(answer, knowsLinks(era, connection.version));
}
