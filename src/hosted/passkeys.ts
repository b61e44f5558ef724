import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import type { Attempts } from "../guard/passkeys/desk.ts";
import { attestationOptions, attestationSchema, verifyAttestation } from "../guard/passkeys/enrol.ts";
import type { Passkey, PasskeyStore } from "../guard/passkeys/port.ts";
import { passkeyPageHtml } from "../ui/page.ts";
import { membershipsOf, type Tenant } from "./access.ts";
import { jsonBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { RIGHTS } from "./scopes.ts";
import { APPROVE_PATH, type PageContext, type Person, refusedPage, type SignIn } from "./sign-in.ts";

export interface PasskeyPagesOptions {
  readonly signIn: SignIn;
  /** Origin of this server, as browsers see it. */
  readonly origin: string;
  readonly tenants: () => readonly Tenant[];
  readonly passkeysOf: (tenant: Tenant) => PasskeyStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where a person registers a passkey: the sign-in asks anew before. */
export const REGISTER_PATH = `${APPROVE_PATH}/passkey/new`;

const CHALLENGE_SECONDS = 5 * 60;
const ENROLMENT = "enrolment";
const attestationBody = z.strictObject({ attestation: attestationSchema });
const removalBody = z.strictObject({ id: z.string().max(1_400) });

/**
 * The page on which a person registers a passkey, or removes one that was lost. It takes a sign-in of the last five minutes
 * for which the issuer asked the person anew: a session that lies in a browser, or a program that drives it, is not enough.
 * Whoever belongs to several organizations registers for all. Endpoints: `ui/page.ts`, below `/approve/`.
 */
export function createPasskeyPages(options: PasskeyPagesOptions): Hono<{ Bindings: Peer }> {
  const { signIn, origin, clock, log } = options;
  const rp_id = new URL(origin).hostname;

  /** Who sent it, if the issuer asked them anew a moment ago. */
  async function freshPerson(context: PageContext): Promise<Person | Response> {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const fresh = await signIn.kept(context, "fresh passkey");
    return fresh?.["subject"] === person.subject ? person : refusedPage(context, 403);
  }

  function storesOf({ principal, isMember }: Person): readonly PasskeyStore[] {
    const memberships = membershipsOf(options.tenants(), { principal, isMember, rights: new Set(RIGHTS) });
    return memberships.map(({ tenant }) => options.passkeysOf(tenant));
  }

  async function listed(person: Person): Promise<readonly Passkey[]> {
    const all = await Promise.all(storesOf(person).map((store) => store.list(person.principal)));
    return [...new Map(all.flat().map((passkey) => [passkey.id, passkey])).values()];
  }

  function logged(event: string, { principal }: Person): void {
    log.info({ event, caller: callerMark(principal) }, event.replaceAll("_", " "));
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.get(REGISTER_PATH, (context) => signIn.startFresh(context, "passkey"));
  app.get(`${APPROVE_PATH}/passkey`, (context) => {
    const { html, csp } = passkeyPageHtml({ nonce: randomBytes(18).toString("base64") });
    context.header("content-security-policy", csp);
    return context.html(html);
  });
  app.post(`${APPROVE_PATH}/passkey/options`, async (context) => {
    const person = await freshPerson(context);
    if (person instanceof Response) return person;
    const challenge = randomBytes(32).toString("base64url");
    await signIn.keep(context, ENROLMENT, { challenge, subject: person.subject }, CHALLENGE_SECONDS);
    const own = await listed(person);
    const { principal, subject } = person;
    return context.json({ options: attestationOptions({ principal, name: subject, challenge, origin, rp_id }, own) });
  });
  app.post(`${APPROVE_PATH}/passkey`, async (context) => {
    const person = await freshPerson(context);
    if (person instanceof Response) return person;
    const given = attestationBody.safeParse(await jsonBody(context.req.raw, context.env));
    const { challenge, subject } = (await signIn.kept(context, ENROLMENT)) ?? {};
    if (!given.success || challenge === undefined || subject !== person.subject) return refusedPage(context, 400);
    await signIn.keep(context, ENROLMENT, {}, 0);
    const { principal } = person;
    const now = clock.now();
    const passkey = await verifyAttestation(
      given.data.attestation,
      { principal, name: subject, challenge, origin, rp_id },
      { name: new Date(now).toISOString().slice(0, 16).replace("T", " "), now },
    );
    // What is there already has counted on: to put it in again would set its counter back.
    if (passkey === null || (await listed(person)).some(({ id }) => id === passkey.id))
      return refusedPage(context, 400);
    for (const store of storesOf(person)) await store.add(principal, passkey);
    logged("passkey_registered", person);
    return context.json({ ok: true, message: "" });
  });
  app.get(`${APPROVE_PATH}/passkeys`, async (context) => {
    const person = await freshPerson(context);
    if (person instanceof Response) return person;
    const own = await listed(person);
    return context.json({ passkeys: own.map(({ id, name, used_at }) => ({ id, name, used_at })) });
  });
  app.post(`${APPROVE_PATH}/passkeys/remove`, async (context) => {
    const person = await freshPerson(context);
    if (person instanceof Response) return person;
    const given = removalBody.safeParse(await jsonBody(context.req.raw, context.env));
    if (!given.success) return refusedPage(context, 400);
    const removed = await Promise.all(storesOf(person).map((store) => store.remove(person.principal, given.data.id)));
    const ok = removed.includes(true);
    if (ok) logged("passkey_removed", person);
    return context.json({ ok, message: "" });
  });
  return app;
}

/** What the page asked a passkey last lies with the browser, sealed: any instance takes the answer, and each approval is given once. */
export function attemptsOf(signIn: SignIn, context: PageContext): Attempts {
  const purpose = "signing";
  return {
    async keep(approval, { nonce, origin, until }) {
      const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
      await signIn.keep(context, purpose, { approval, nonce, origin, until: String(until) }, seconds);
    },
    async take(approvalId) {
      const { approval, nonce, origin, until } = (await signIn.kept(context, purpose)) ?? {};
      if (approval !== approvalId || nonce === undefined || origin === undefined) return null;
      await signIn.keep(context, purpose, {}, 0);
      return { nonce, origin, until: Number(until) };
    },
  };
}
