import { isId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/json.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { InputError, InvoicingError, NotFoundError } from "../errors.ts";
import type { Completes } from "./completion.ts";
import type { Deps, ReadContext } from "./context.ts";
import { readContext } from "./read-context.ts";
import { accountName } from "./report.ts";

/** What a host can show or attach without the model: a page of text or a file, by its address. */
export interface Content {
  readonly mimeType: string;
  readonly body: string | Uint8Array;
  readonly meta?: JsonObject;
}

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
}

/** One address. */
export interface FixedResource extends Listed {
  readonly uri: string;
  readonly meta?: JsonObject;
  /** The context is made when asked for: what needs no account is shown although the API cannot be reached. */
  read(context: () => Promise<ReadContext>): Promise<Content>;
}

/** An address with an id in it: `invoice://{id}/pdf`. */
export interface ResourceTemplate extends Listed {
  readonly uriTemplate: `${string}{id}${string}`;
  readonly completes: Completes;
  read(id: string, context: ReadContext): Promise<Content>;
}

export interface Resources {
  readonly fixed: readonly FixedResource[];
  readonly templates: readonly ResourceTemplate[];
}

/** Throws an `InvoicingError` and nothing else. */
export async function readResource(
  { fixed, templates }: Resources,
  uri: string,
  deps: () => Promise<Deps>,
  signal: AbortSignal,
): Promise<Content> {
  const context = async () => readContext(await deps(), { signal, progress: () => {} });
  try {
    const one = fixed.find((resource) => resource.uri === uri);
    if (one !== undefined) return await one.read(context);
    for (const template of templates) {
      const id = idIn(template.uriTemplate, uri);
      if (id !== null) return await template.read(checked(id), await context());
    }
  } catch (error) {
    if (error instanceof InvoicingError) throw error;
    throw new InvoicingError("internal", "The server met an error of its own.", {
      next: "Try again; if it stays, please report it.",
    });
  }
  throw new NotFoundError(`There is no resource ${cited(uri, 120)}.`, {
    next: `Resources: ${[...fixed.map((resource) => resource.uri), ...templates.map((resource) => resource.uriTemplate)].join(", ")}.`,
  });
}

/** A page of text with the account it comes from. */
export function textContent(text: string, context: ReadContext): Content {
  return { mimeType: "text/plain", body: `${text}\nAccount: ${accountName(context.organization, context.simulator)}` };
}

function idIn(template: string, uri: string): string | null {
  const [before = "", after = ""] = template.split("{id}");
  if (!uri.startsWith(before) || !uri.endsWith(after) || uri.length <= before.length + after.length) return null;
  const id = uri.slice(before.length, uri.length - after.length);
  return id.includes("/") ? null : id;
}

function checked(id: string): string {
  if (!isId(id))
    throw new InputError(`"${oneLine(id, 60)}" is not an id.`, {
      next: "Take the id from get_invoice or search_customers.",
    });
  return id;
}
