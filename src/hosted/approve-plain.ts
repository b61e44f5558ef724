import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { CLOSED } from "../guard/answer.ts";
import { formPageHtml } from "../ui/page.ts";
import { type ApproveDesk, answerSchema, type Entry } from "./approve-desk.ts";
import { listMarkup, type Markup, outcomeMarkup, TITLE } from "./approve-plain-page.ts";
import { formBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { readerLanguage } from "./page-headers.ts";
import { APPROVE_PATH, type PageContext, type SignIn } from "./sign-in.ts";

/** The approval page for browsers that run no scripts. */
export const PLAIN_PATH = `${APPROVE_PATH}/plain`;

/** How soon the page of one that is on its way is read again. */
const REFRESH_SECONDS = { running: 2, waiting: 5, unclear: 20 } as const;

/**
 * `GET <path>`: what waits, each with its forms. `POST <path>/:id`: an answer, fields `csrf`, `decision`, `typed`; leads to
 * `GET <path>/:id`, which says what became of it and is read again until that is known. Passkeys take a script: what needs one
 * can be declined here.
 */
export function createPlainPages({ signIn, desk }: { readonly signIn: SignIn; readonly desk: ApproveDesk }) {
  async function page(context: PageContext, main: Markup, status: 200 | 400 | 409 = 200): Promise<Response> {
    const language = readerLanguage(context);
    const parts = { language, title: TITLE[language], main: String(await main) };
    const { html, csp } = formPageHtml({ nonce: randomBytes(18).toString("base64"), ...parts });
    context.header("content-security-policy", csp);
    return context.html(html, status);
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.get(PLAIN_PATH, async (context) => {
    const visitor = await signIn.visitorOf(context);
    if (visitor === null) return context.redirect(APPROVE_PATH, 303);
    const entries = questionsOf(await desk.list(visitor.person));
    return page(context, listMarkup(entries, { language: readerLanguage(context), csrf: visitor.csrf, problem: "" }));
  });
  app.get(`${PLAIN_PATH}/:id{[A-Za-z0-9_-]{1,64}}`, async (context) => {
    const visitor = await signIn.visitorOf(context);
    if (visitor === null) return context.redirect(APPROVE_PATH, 303);
    const language = readerLanguage(context);
    const entry = await desk.look(visitor.person, context.req.param("id"), language);
    if (entry !== null && "view" in entry) {
      return page(context, listMarkup([entry], { language, csrf: visitor.csrf, problem: "" }));
    }
    const is = entry?.outcome?.is;
    if (is === "running" || is === "waiting" || is === "unclear") {
      context.header("refresh", String(REFRESH_SECONDS[is]));
    }
    return page(context, outcomeMarkup(entry, language));
  });
  app.post(`${PLAIN_PATH}/:id{[A-Za-z0-9_-]{1,64}}`, async (context) => {
    const id = context.req.param("id");
    const form = await formBody(context.req.raw, context.env);
    const person = await signIn.personOf(context, form.get("csrf") ?? "");
    if (person instanceof Response) return person;
    const language = readerLanguage(context);
    const typed = form.get("typed");
    const given = answerSchema.safeParse({ decision: form.get("decision"), ...(typed === null ? {} : { typed }) });
    const { ok, message } = given.success
      ? await desk.answer(context, person, id, given.data)
      : { ok: false, message: CLOSED };
    if (ok) return context.redirect(`${PLAIN_PATH}/${id}`, 303);
    const entry = await desk.look(person, id, language);
    const csrf = form.get("csrf") ?? "";
    return entry !== null && "view" in entry
      ? page(context, listMarkup([entry], { language, csrf, problem: message }), given.success ? 200 : 400)
      : page(context, outcomeMarkup(entry, language), 409);
  });
  return app;
}

function questionsOf(entries: readonly Entry[]) {
  return entries.filter((entry) => "view" in entry);
}
