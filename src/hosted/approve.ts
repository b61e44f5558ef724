import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { PageChannel } from "../guard/guard.ts";
import type { Plan } from "../guard/port.ts";
import { languageOf } from "../guard/wording.ts";
import { approvalPageHtml } from "../ui/page.ts";
import { type ApproveDeskOptions, answerSchema, createApproveDesk } from "./approve-desk.ts";
import { createPlainPages, PLAIN_PATH } from "./approve-plain.ts";
import { jsonBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { guardPage } from "./page-headers.ts";
import { createPasskeyPages, REGISTER_PATH } from "./passkeys.ts";
import { APPROVE_PATH, refusedPage } from "./sign-in.ts";

export type ApproveOptions = ApproveDeskOptions;

const passkeyBody = z.strictObject({ typed: z.string().max(100).optional() });
/** Ids that a page shows and whose end it does not know, parted by commas. */
const followed = z
  .string()
  .regex(/^[A-Za-z0-9_,-]{0,2000}$/)
  .transform((text) => text.split(",").filter((id) => id !== ""))
  .catch([]);
/** More are not shown at a time. */
const MAX_FOLLOWED = 20;

/**
 * The approval page for people who are somewhere else than this server: behind the sign-in of the same issuer, it shows and
 * answers what was asked on behalf of the same subject; where the owner's policy wants a second person, also what somebody
 * else asked, to members who may do that act themselves. Endpoints: `ui/page.ts`, below `/approve/`.
 */
export function createApprovePages(options: ApproveOptions): Hono<{ Bindings: Peer }> {
  const { signIn } = options;
  const desk = createApproveDesk(options);
  const app = new Hono<{ Bindings: Peer }>();
  // A form of ours has to say where it comes from.
  app.use(async (context, next) => {
    await next();
    guardPage(context, context.req.path.startsWith(PLAIN_PATH) ? "same-origin" : "no-referrer");
  });
  app.route("/", signIn.routes);
  app.route("/", createPasskeyPages(options));
  app.route("/", createPlainPages({ signIn, desk }));
  app.get(`${APPROVE_PATH}/`, (context) => {
    const { html, csp } = approvalPageHtml({
      nonce: randomBytes(18).toString("base64"),
      plain: PLAIN_PATH,
      signIn: APPROVE_PATH,
    });
    context.header("content-security-policy", csp);
    return context.html(html);
  });
  app.get(`${APPROVE_PATH}/approvals`, async (context) => {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const asked = await desk.list(person);
    const waiting = new Set(asked.map(({ id }) => id));
    const ids = followed.parse(context.req.query("follow") ?? "").filter((id) => !waiting.has(id));
    const language = languageOf(context.req.query("lang") ?? "en");
    const ended = await Promise.all(ids.slice(-MAX_FOLLOWED).map((id) => desk.look(person, id, language)));
    return context.json({ approvals: [...asked, ...ended.filter((entry) => entry !== null)] });
  });
  app.post(`${APPROVE_PATH}/approvals/:id{[A-Za-z0-9_-]{1,64}}`, async (context) => {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const parsed = answerSchema.safeParse(await jsonBody(context.req.raw, context.env));
    if (!parsed.success) return refusedPage(context, 400);
    return context.json(await desk.answer(context, person, context.req.param("id"), parsed.data));
  });
  app.post(`${APPROVE_PATH}/approvals/:id{[A-Za-z0-9_-]{1,64}}/passkey`, async (context) => {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const parsed = passkeyBody.safeParse(await jsonBody(context.req.raw, context.env));
    if (!parsed.success) return refusedPage(context, 400);
    return context.json(await desk.askPasskey(context, person, context.req.param("id"), parsed.data.typed));
  });
  return app;
}

/** The page as the guard knows it: no browser can be opened from here, and its address is no secret. */
export function remotePage(origin: string, invite: (plan: Plan) => void): PageChannel {
  return {
    remote: true,
    open: async () => false,
    isOpen: () => false,
    passkeyLink: `${origin}${REGISTER_PATH}`,
    linkTo: async () => `${origin}${APPROVE_PATH}`,
    invite,
  };
}
