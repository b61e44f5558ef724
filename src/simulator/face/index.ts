import type { Context, Hono } from "hono";
import { CSP } from "./assets.ts";
import { customerList, customerSheet, invoiceList, outbox, overview } from "./lists.ts";
import { type Markup, type Place, page, type Seen } from "./page.ts";
import { invoicePaper, kindOf, nameOf } from "./papers.ts";
import { type Words, wordsFor } from "./words.ts";
import { workings } from "./workings.ts";

/** The simulator's face: pages on which a person sees what is really there. They look only; what is set goes by the control plane. */
export function addFace(app: Hono, seen: Seen): void {
  const { world } = seen;
  const show = (context: Context, place: Place, make: (words: Words) => { title?: string; main: Markup } | null) => {
    const words = wordsFor(context.req.header("accept-language"));
    const made = make(words);
    if (made === null) return context.notFound();
    context.header("content-security-policy", CSP);
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    return context.html(page(seen, words, place, made.title ?? words.nav[place], made.main));
  };
  app.get("/", (context) => show(context, "", (words) => ({ main: overview(world, words) })));
  app.get("/invoices", (context) => {
    const { state = "", search = "" } = context.req.query();
    return show(context, "invoices", (words) => ({ main: invoiceList(world, { state, search }, words) }));
  });
  app.get("/invoices/:id", (context) =>
    show(context, "invoices", (words) => {
      const invoice = world.store.invoices.get(context.req.param("id") ?? "");
      return invoice === undefined
        ? null
        : { title: `${kindOf(invoice, words)} ${invoice.number ?? ""}`, main: invoicePaper(world, invoice, words) };
    }),
  );
  app.get("/customers", (context) =>
    show(context, "customers", (words) => ({ main: customerList(world, context.req.query("search") ?? "", words) })),
  );
  app.get("/customers/:id", (context) =>
    show(context, "customers", (words) => {
      const customer = world.store.customers.get(context.req.param("id") ?? "");
      return customer === undefined ? null : { title: nameOf(customer), main: customerSheet(world, customer, words) };
    }),
  );
  app.get("/mails", (context) => show(context, "mails", (words) => ({ main: outbox(world, words) })));
  app.get("/workings", (context) => show(context, "workings", (words) => ({ main: workings(seen, words) })));
}
