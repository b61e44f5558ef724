import { type Query, readQuery } from "./query.ts";
import { invoiceResource, type Resource } from "./resources.ts";
import type { ActionResult, ActionStep } from "./rules/actions.ts";
import { paginate, Serialiser } from "./serialise.ts";
import type { World } from "./world.ts";

export const JSON_API = "application/vnd.api+json";

/** One request, read and checked. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly body: string;
  readonly steps: readonly ActionStep[] | undefined;
  /** `:id` of the path, else empty. */
  readonly id: string;
}

export type Handler = (call: Call) => Response;

export function accepts(request: Request): string[] {
  return (request.headers.get("accept") || "*/*").split(",").map(mediaType);
}

export function mediaType(header: string): string {
  return (header.split(";")[0] ?? "").trim().toLowerCase();
}

/** GET with `Accept: application/json` (and not the JSON:API type) gets flattened resources. */
function wantsFlat(request: Request): boolean {
  const accepted = accepts(request);
  return request.method === "GET" && accepted.includes("application/json") && !accepted.includes(JSON_API);
}

export function one(world: World, call: Call, type: string, read: () => Resource): Response {
  const query = readQuery(call.url, type, [], world.switches());
  const serialiser = new Serialiser(world, call.url.origin, query);
  const resource = read();
  return wantsFlat(call.request)
    ? json({ data: serialiser.flat(resource) }, 200, "application/json")
    : json(serialiser.one(resource), 200);
}

/** A page of `rows`, oldest first unless asked otherwise. Only the page's rows become resources. */
export function list<T extends { readonly id: string; readonly created_at: string }>(
  world: World,
  call: Call,
  type: string,
  filters: readonly string[],
  read: (query: Query) => readonly T[],
  resource: (row: T) => Resource,
): Response {
  const query = readQuery(call.url, type, filters, world.switches());
  const sorted = [...read(query)].sort((a, b) =>
    a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0,
  );
  if (query.newest_first) sorted.reverse();
  const { rows, meta, links } = paginate(sorted, query.page, call.url);
  const resources = rows.map(resource);
  const serialiser = new Serialiser(world, call.url.origin, query);
  if (!wantsFlat(call.request)) return json({ meta: { page: meta }, links, ...serialiser.many(resources) }, 200);
  const snake = Object.fromEntries(Object.entries(meta).map(([key, value]) => [key.replaceAll("-", "_"), value]));
  const flatMeta = world.switches().flattened_paging === "snake" ? snake : { page: meta };
  return json({ data: resources.map((row) => serialiser.flat(row)), meta: flatMeta, links }, 200, "application/json");
}

export function created(world: World, call: Call, resource: Resource): Response {
  const query = readQuery(call.url, resource.type, [], world.switches());
  const response = json(new Serialiser(world, call.url.origin, query).one(resource), 201);
  response.headers.set("location", `${call.url.origin}/api/v1/${resource.type}/${encodeURIComponent(resource.id)}`);
  return response;
}

export function acted(world: World, call: Call, result: ActionResult): Response {
  const body = world.switches().action_body;
  if (body === "empty") return noContent();
  const shown = body === "new" ? (result.created ?? result.invoice) : result.invoice;
  return one(world, call, "invoices", () => invoiceResource(world, shown, call.url.origin));
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

function json(body: object, status: number, type = JSON_API): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
}
