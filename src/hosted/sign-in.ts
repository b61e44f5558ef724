import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { CLOSED } from "../guard/answer.ts";
import type { Identity, Tenant } from "./access.ts";
import { memberBy, wordsOf } from "./authenticate.ts";
import type { SealedCookies } from "./cookies.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { ATTEMPT_SECONDS, type Login, type SignedIn } from "./login.ts";

export interface SignInOptions {
  readonly login: Login;
  readonly cookies: SealedCookies;
  readonly issuer: string;
  /** Origin of this server, as browsers see it. */
  readonly origin: string;
  readonly tenants: () => readonly Tenant[];
  readonly log: Logger;
}

/** Who sits at a browser, as the issuer knows them. */
export interface Person extends Pick<Identity, "principal" | "isMember"> {
  readonly subject: string;
  /** Those alone that made somebody a member when they signed in. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

export type PageContext = Context<{ Bindings: Peer }>;

/** Sign-in at the issuer for people at a browser. A session is a sealed cookie, so that every instance knows it. */
export interface SignIn {
  /** `GET <path>`, `GET <path>/callback`, `POST <path>/session`. */
  readonly routes: Hono<{ Bindings: Peer }>;
  /** Who sent a request of our own page; else the refusal to answer with. `csrf`: as a form brings it, else by its header. */
  personOf(context: PageContext, csrf?: string): Promise<Person | Response>;
  /** Who opens a page, and what its forms have to bring back; `null`: nobody who is signed in. */
  visitorOf(context: PageContext): Promise<Session | null>;
  /** Sends the browser to the issuer, which asks the person anew, and from there to the path of this purpose. */
  startFresh(context: PageContext, purpose: FreshPurpose): Promise<Response>;
  /** What this browser keeps for a purpose, sealed; it can have put nothing in. */
  keep(context: Context, purpose: string, content: Readonly<Record<string, string>>, seconds: number): Promise<void>;
  kept(context: Context, purpose: string): Promise<Readonly<Record<string, string>> | null>;
}

/** What is only done right after a sign-in, where that leads, and how long it counts. */
const FRESH = {
  passkey: { landing: "/approve/passkey#signed-in", seconds: 5 * 60 },
  // Long enough to make a token in the dashboard meanwhile.
  credentials: { landing: "/credentials", seconds: 10 * 60 },
} as const;
export type FreshPurpose = keyof typeof FRESH;

const SESSION_SECONDS = 60 * 60;

/** Where people sign in, and open the page. */
export const APPROVE_PATH = "/approve";

export interface Session {
  readonly person: Person;
  /** For a page of ours to send back. */
  readonly csrf: string;
  /** The cookie as it came. */
  readonly sealed: string;
}

const claimsSchema = z.record(z.string(), z.array(z.string()));

export function createSignIn(options: SignInOptions): SignIn {
  const { login, cookies, issuer, origin, log } = options;
  const isSecure = origin.startsWith("https:");
  const names = { session: cookieName("session"), attempt: cookieName("attempt") };

  function cookieName(name: string): string {
    return isSecure ? `__Host-invoicing-${name}` : `invoicing-${name}`;
  }

  function give(context: Context, name: string, value: string, seconds: number): void {
    setCookie(context, name, value, { path: "/", httpOnly: true, secure: isSecure, sameSite: "Lax", maxAge: seconds });
  }

  /** Of the claims those alone that make somebody a member here: a cookie is small. */
  function claimsOf({ claims }: SignedIn): Readonly<Record<string, readonly string[]>> {
    const wanted = options
      .tenants()
      .flatMap(({ members }) => members)
      .filter((member) => "claim" in member);
    return Object.fromEntries(
      wanted.map(({ claim }) => {
        const named = new Set(wanted.filter((one) => one.claim === claim).map(({ value }) => value));
        return [claim, wordsOf(claims[claim]).filter((word) => named.has(word))];
      }),
    );
  }

  async function sessionOf(context: Context): Promise<Session | null> {
    const sealed = getCookie(context, names.session);
    const { subject, claims } = (await cookies.open("session", sealed)) ?? {};
    if (subject === undefined || claims === undefined || sealed === undefined) return null;
    const named = claimsSchema.parse(JSON.parse(claims));
    return {
      person: {
        principal: `${issuer}|${subject}`,
        subject,
        claims: named,
        isMember: memberBy(subject, named),
      },
      csrf: cookies.csrf(sealed),
      sealed,
    };
  }

  async function start(context: Context, purpose: string, isFresh: boolean): Promise<Response> {
    const { location, attempt } = await login.begin(purpose, isFresh);
    give(context, names.attempt, attempt, ATTEMPT_SECONDS);
    return context.redirect(location.href, 303);
  }

  async function keep(
    context: Context,
    purpose: string,
    content: Readonly<Record<string, string>>,
    seconds: number,
  ): Promise<void> {
    give(context, cookieName(purpose.replaceAll(" ", "-")), await cookies.seal(purpose, content, seconds), seconds);
  }

  function isOwnPage(context: Context): boolean {
    const from = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    const fromHere = context.req.method === "POST" ? from === origin : from === undefined || from === origin;
    return fromHere && (site === undefined || site === "same-origin");
  }

  const routes = new Hono<{ Bindings: Peer }>();
  routes.get(APPROVE_PATH, async (context) => {
    if ((await sessionOf(context)) !== null) return context.redirect(`${APPROVE_PATH}/#signed-in`, 303);
    return start(context, "page", false);
  });
  routes.get(`${APPROVE_PATH}/callback`, async (context) => {
    const { search } = new URL(context.req.url);
    const address = new URL(`${origin}${APPROVE_PATH}/callback${search}`);
    const signedIn = await login.finish(address, getCookie(context, names.attempt));
    give(context, names.attempt, "", 0);
    if (signedIn === null) {
      log.warn({ event: "approval_sign_in_failed" }, "a sign-in for the approval page did not succeed");
      return context.text(`The sign-in did not succeed. Open ${origin}${APPROVE_PATH} to try again.\n`, 403);
    }
    const content = { subject: signedIn.subject, claims: JSON.stringify(claimsOf(signedIn)) };
    give(context, names.session, await cookies.seal("session", content, SESSION_SECONDS), SESSION_SECONDS);
    log.info(
      { event: "approval_signed_in", caller: callerMark(`${issuer}|${signedIn.subject}`) },
      "signed in for approvals",
    );
    const fresh = freshPurpose(signedIn.purpose);
    if (fresh !== null) {
      await keep(context, `fresh ${fresh}`, { subject: signedIn.subject }, FRESH[fresh].seconds);
      return context.redirect(FRESH[fresh].landing, 303);
    }
    return context.redirect(`${APPROVE_PATH}/#signed-in`, 303);
  });
  routes.post(`${APPROVE_PATH}/session`, async (context) => {
    const session = isOwnPage(context) ? await sessionOf(context) : null;
    return session === null ? refusedPage(context, 403) : context.json({ csrf: session.csrf });
  });
  return {
    routes,
    keep,
    kept: (context, purpose) => cookies.open(purpose, getCookie(context, cookieName(purpose.replaceAll(" ", "-")))),
    visitorOf: sessionOf,
    startFresh: (context, purpose) => start(context, purpose, true),
    /** No other site has the token, or this origin. */
    async personOf(context, csrf = context.req.header("x-csrf")) {
      const session = await sessionOf(context);
      if (session === null) return refusedPage(context, 401);
      const fits = cookies.isCsrf(session.sealed, csrf ?? "");
      return fits && isOwnPage(context) ? session.person : refusedPage(context, 403);
    },
  };
}

function freshPurpose(purpose: string): FreshPurpose | null {
  return purpose === "passkey" || purpose === "credentials" ? purpose : null;
}

export function refusedPage(context: Context, status: 400 | 401 | 403): Response {
  return context.json({ ok: false, message: CLOSED }, status);
}
