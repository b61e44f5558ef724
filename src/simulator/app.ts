import { type Context, Hono } from "hono";
import { checkAccess, RateLimiter } from "./access.ts";
import { accepts, type Call, JSON_API, mediaType } from "./answers.ts";
import { invoicePdf } from "./papers/pdf.ts";
import { invoiceXml } from "./papers/xml.ts";
import {
  type Language,
  methodNotAllowed,
  notAcceptable,
  notFound,
  Problem,
  serverError,
  tooLarge,
  unknownRoute,
  unsupportedMediaType,
} from "./problems.ts";
import { apiRoutes } from "./routes.ts";
import type { ActionStep } from "./rules/actions.ts";
import type { Tokens } from "./tokens.ts";
import type { World } from "./world.ts";

/** Largest body the API is imagined to take. */
const MAX_BODY = 2_000_000;

export interface AppOptions {
  /** The lasting token; those of a sign-in come and go. */
  readonly token: string;
  readonly tokens: Tokens;
  /** True for a resource that lists do not show yet. */
  isHidden(id: string): boolean;
  /** Told about errors of the simulator itself; the caller gets a 500. */
  onError(error: unknown): void;
}

export interface RequestOptions {
  /** Lets only these parts of an action happen. */
  readonly only_steps?: readonly ActionStep[];
}

/** The API as one function from request to response. All state is in `world`. */
export function createApp(
  world: World,
  options: AppOptions,
): (request: Request, requestOptions?: RequestOptions) => Promise<Response> {
  const limiter = new RateLimiter();
  const accepts = (token: string) => token === options.token || options.tokens.accepts(token);
  const app = new Hono<{ Bindings: RequestOptions }>();
  const routes = apiRoutes(world, options.isHidden);
  for (const [path, methods] of Object.entries(routes)) {
    for (const [method, handler] of Object.entries(methods)) {
      app.on(method, `/api/v1${path}`, async (context) => {
        const call = await readCall(context);
        checkAccess(world, call.request, call.url, accepts);
        if (world.switches().rate_limits === "on") limiter.check(world.now(), method, call.url, call.body);
        checkMediaTypes(world, call);
        return world.store.transaction(() => handler(call));
      });
    }
    app.all(`/api/v1${path}`, () => {
      throw methodNotAllowed();
    });
  }
  app.get("/oauth/authorize", (context) => options.tokens.authorize(new URL(context.req.url).searchParams));
  app.post("/oauth/token", async (context) => options.tokens.answer(await context.req.text()));
  app.get("/documents/invoices/:id/:kind", (context) => download(world, context));
  app.notFound((context) => {
    throw unknownRoute(context.req.method, new URL(context.req.url).pathname);
  });
  app.onError((error, context) => {
    if (!(error instanceof Problem)) options.onError(error);
    const problem = error instanceof Problem ? error : serverError();
    if (problem.status === 400 && context.req.method === "GET" && world.switches().query_refusal === "page") {
      return new Response("<!DOCTYPE html><title>Bad Request</title>", {
        status: 400,
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    }
    return new Response(problem.body(languageOf(context.req.raw)), {
      status: problem.status,
      headers: { ...problem.headers, "content-type": problem.media_type },
    });
  });
  return async (request, requestOptions = {}) => app.fetch(request, requestOptions);
}

async function readCall(context: Context<{ Bindings: RequestOptions }>): Promise<Call> {
  const request = context.req.raw;
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_BODY) throw tooLarge();
  return {
    request,
    url: new URL(request.url),
    body: decode(bytes),
    steps: context.env?.only_steps,
    id: context.req.param("id") ?? "",
  };
}

/** Broken UTF-8 becomes text that is no JSON. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "\u0000";
  }
}

function checkMediaTypes(world: World, { request, body }: Call): void {
  const { method } = request;
  const type = mediaType(request.headers.get("content-type") ?? "");
  if (method === "POST" || method === "PATCH") {
    // An action without a body has nothing to be of a type.
    if (body !== "" && type !== JSON_API) throw unsupportedMediaType();
  } else if (method === "PUT" && body !== "") {
    const plain = world.switches().put_media_type === "any_json" && type === "application/json";
    if (type !== JSON_API && !plain) throw unsupportedMediaType();
  }
  const accepted = accepts(request);
  if (!accepted.some((known) => [JSON_API, "application/json", "application/*", "*/*"].includes(known))) {
    throw notAcceptable();
  }
}

function languageOf(request: Request): Language {
  return /^\s*de\b/i.test(request.headers.get("accept-language") ?? "") ? "de" : "en";
}

/** The document itself; the link's access token replaces the login. */
function download(world: World, context: Context): Response {
  const invoice = world.store.invoices.get(context.req.param("id") ?? "");
  const kind = context.req.param("kind");
  if (invoice === undefined || context.req.query("access_token") !== invoice.access_token) throw notFound();
  if (kind === "pdf") {
    return new Response(invoicePdf(world, invoice), { headers: { "content-type": "application/pdf" } });
  }
  if (kind !== "xml" || world.switches().xml_link === "absent") throw notFound();
  return new Response(invoiceXml(world, invoice), { headers: { "content-type": "application/xml" } });
}
