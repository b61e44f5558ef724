import { Hono } from "hono";
import { z } from "zod";
import { addFace } from "./face/index.ts";
import { type Fault, type FaultList, faultSchema } from "./faults.ts";
import type { RecordedRequest } from "./listener.ts";
import { type Switches, switchPatch } from "./switches.ts";
import type { World } from "./world.ts";

export interface ControlOptions {
  readonly world: World;
  readonly faults: FaultList;
  setSwitches(patch: Partial<Switches>): void;
  requests(): RecordedRequest[];
  advance(ms: number): void;
}

const clockPatch = z.strictObject({
  advance_ms: z
    .number()
    .int()
    .min(0)
    .max(10 * 365 * 86_400_000),
});

/** Looks into and steers a running simulator from another process. Plain JSON, no token: it is bound to loopback. */
export function createControl(options: ControlOptions): (request: Request) => Promise<Response> {
  const { world, faults } = options;
  const app = new Hono().basePath("/_simulator");
  app.use(async (context, next) => {
    // A page in a browser must not reach this by a name that points at loopback, nor by a form.
    const host = new URL(context.req.url).hostname;
    if (host !== "127.0.0.1" && host !== "localhost") return context.json({ error: "Only by 127.0.0.1." }, 403);
    const origin = context.req.header("origin");
    if (origin !== undefined && new URL(origin).host !== new URL(context.req.url).host) {
      return context.json({ error: "Not from another origin." }, 403);
    }
    return next();
  });
  addFace(app, { world, faults, requests: options.requests });
  app.get("/outbox", (context) => context.json(world.store.outbox.all()));
  app.get("/effects", (context) => context.json(world.store.effects.all()));
  app.get("/requests", (context) => context.json(options.requests()));
  app.get("/state", (context) => context.json(stateOf(world)));
  app.get("/switches", (context) => context.json(world.switches()));
  app.patch("/switches", async (context) => {
    options.setSwitches(switchPatch(await context.req.json()));
    return context.json(world.switches());
  });
  app.get("/faults", (context) => context.json(faults.all()));
  app.post("/faults", async (context) => {
    const fault: Fault = faultSchema.parse(await context.req.json());
    faults.add(fault);
    return context.json(faults.all(), 201);
  });
  app.delete("/faults", (context) => {
    faults.clear();
    return context.body(null, 204);
  });
  app.get("/clock", (context) => context.json({ now: new Date(world.now()).toISOString() }));
  app.post("/clock", async (context) => {
    options.advance(clockPatch.parse(await context.req.json()).advance_ms);
    return context.json({ now: new Date(world.now()).toISOString() });
  });
  app.notFound((context) => context.json({ error: "The simulator's control plane has no such page." }, 404));
  app.onError((error, context) => {
    if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
    if (error instanceof TypeError || error instanceof SyntaxError) return context.json({ error: error.message }, 400);
    return context.json({ error: "The simulator failed." }, 500);
  });
  return async (request) => app.fetch(request);
}

function stateOf({ store, organization_id }: World): object {
  return {
    organization_id,
    customers: store.customers.all(),
    addresses: store.addresses.all(),
    invoices: store.invoices.all().map(({ access_token: _secret, ...invoice }) => invoice),
    items: store.items.all(),
    references: store.references.all(),
    custom_fields: store.custom_fields.all(),
  };
}
