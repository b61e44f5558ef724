import { Hono } from "hono";
import type { Metrics } from "./metrics.ts";

export interface Health {
  /** What keeps this instance from serving, in words; empty when nothing does. */
  problems(): Promise<readonly string[]>;
  /** What it goes on serving with and somebody has to see to, in words. */
  warnings(): readonly string[];
}

/** For whoever runs the server, on a port of its own: nothing here is for clients. */
export function createAdminApp(health: Health, metrics: Metrics): Hono {
  const app = new Hono();
  // Alive as long as it answers: a database that is away is no reason to be started again.
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", async (context) => {
    const problems = await health.problems();
    if (problems.length > 0) return context.text(`${problems.join("\n")}\n`, 503);
    return context.text(`${["ready", ...health.warnings()].join("\n")}\n`);
  });
  app.get("/metrics", async (context) =>
    context.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
  return app;
}
