import { isJsonObject } from "./domain/json.ts";
import { oneLine } from "./domain/untrusted.ts";
import type { ClientFacts } from "./guard/port.ts";
import { showsApps } from "./toolkit/listed-tool.ts";
import type { ToolAnswer } from "./toolkit/report.ts";

/** How a call is seen and its answer written, by whoever answers it: the SDK's server or the desk before it. */

export function clientFacts(
  { capabilities, client }: { readonly capabilities: unknown; readonly client: unknown },
  era: "legacy" | "modern",
  meta: Readonly<Record<string, unknown>> | undefined,
): ClientFacts {
  return {
    form: asksForms(capabilities),
    visits: visitsPages(capabilities),
    apps: showsApps(capabilities),
    era: era === "modern" ? "input_required" : "push",
    progress: meta?.["progressToken"] !== undefined,
    name: wordOf(client, "name"),
    version: wordOf(client, "version"),
  };
}

function wordOf(info: unknown, key: "name" | "version"): string {
  const word = isJsonObject(info) ? info[key] : undefined;
  return typeof word === "string" ? oneLine(word, 60) : "unknown";
}

function visitsPages(capabilities: unknown): boolean {
  const elicitation = isJsonObject(capabilities) ? capabilities["elicitation"] : undefined;
  return isJsonObject(elicitation) && isJsonObject(elicitation["url"]);
}

/** A bare `elicitation: {}` means forms (the rule before modes existed). */
function asksForms(capabilities: unknown): boolean {
  const elicitation = isJsonObject(capabilities) ? capabilities["elicitation"] : undefined;
  return isJsonObject(elicitation) && (elicitation["form"] !== undefined || elicitation["url"] === undefined);
}

/** W3C trace context that came with a message. */
export function traceOf(meta: Readonly<Record<string, unknown>> | undefined): { readonly traceparent?: string } {
  const traceparent = meta?.["traceparent"];
  return typeof traceparent === "string" ? { traceparent } : {};
}

/** Counts on: each notification of a call says more than the one before. Silent where nobody asked. */
export function progressTo<T>(
  progressToken: T | undefined,
  notify: (params: { readonly progressToken: T; readonly progress: number; readonly message: string }) => void,
): (message: string) => void {
  if (progressToken === undefined) return () => {};
  let progress = 0;
  return (message) => {
    progress += 1;
    notify({ progressToken, progress, message });
  };
}

/** Clients of older revisions reject a whole answer for a block they do not know; the text names the address as well. */
export function knowsLinks(era: "legacy" | "modern", version: string): boolean {
  return era === "modern" || version >= "2025-06-18";
}

/** Keys in the order in which the SDK writes them. */
export function resultOf(answer: Extract<ToolAnswer, { readonly kind: "result" }>, withLinks: boolean) {
  return {
    ...(answer.meta === undefined ? {} : { _meta: { ...answer.meta } }),
    content: [
      { type: "text" as const, text: answer.text },
      ...(withLinks ? (answer.links ?? []) : []).map(({ name, title, uri, mimeType }) => ({
        name,
        title,
        uri,
        mimeType,
        type: "resource_link" as const,
      })),
    ],
    structuredContent: { ...answer.structured },
    ...(answer.isError ? { isError: true } : {}),
  };
}
