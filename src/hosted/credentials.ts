import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { html as markup } from "hono/html";
import type { ProxySettings } from "../api/proxy.ts";
import type { Clock } from "../domain/clock.ts";
import type { Scope } from "../domain/scope.ts";
import { quoted } from "../domain/untrusted.ts";
import { type CredentialInfo, OF_ORGANIZATION, type UpstreamSecret, type Vault } from "../store/vault-port.ts";
import { formPageHtml } from "../ui/page.ts";
import { isOwnerOf, membershipsOf, placeOf, type Tenant } from "./access.ts";
import { formBody } from "./body.ts";
import {
  credentialsMarkup,
  type Language,
  type Markup,
  noticeText,
  type Shown,
  type Stored,
  WHOSE,
  type Whose,
  wordMarkup,
} from "./credentials-page.ts";
import { isSaid, type Said, WORDS } from "./credentials-words.ts";
import { enteredSecret } from "./entered.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { guardPage, readerLanguage } from "./page-headers.ts";
import { createRates } from "./rates.ts";
import type { Records } from "./records.ts";
import { RefusedRequest } from "./refusal.ts";
import { RIGHTS } from "./scopes.ts";
import type { PageContext, Person, SignIn } from "./sign-in.ts";
import { tryCredential } from "./try-credential.ts";
import type { UpstreamSignIn } from "./upstream-sign-in.ts";

export interface CredentialPagesOptions {
  readonly signIn: SignIn;
  readonly tenants: () => readonly Tenant[];
  readonly vault: Pick<Vault, "get" | "put" | "list" | "remove" | "revive">;
  readonly budgetOf: (tenant: Tenant) => ReturnType<Records["budget"]>;
  readonly proxy: ProxySettings | null;
  /** The API's own sign-in, where people may give a credential by it; `null`: they cannot. */
  readonly upstream: UpstreamSignIn | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where people enter what this server works with at the invoices API. */
export const CREDENTIALS_PATH = "/credentials";
/** Where the API's own sign-in sends them back to. */
export const CREDENTIALS_CALLBACK = `${CREDENTIALS_PATH}/callback`;

/** Attempts of one person: each is a few requests to the API. */
const ATTEMPTS = { perMinute: 10, concurrent: 2 };
const NOTICE = "credential notice";
const NOTICE_SECONDS = 60;
const SIGNING_IN = "upstream sign-in";
const SIGNING_IN_SECONDS = 10 * 60;
const NOT_SIGNED_IN: [Said, string] = ["not_signed_in", ""];

interface Word {
  readonly title: string;
  readonly sentence: string;
  readonly label: string;
}

/** What a form is about: an organization of this person, and which of its credentials. */
interface Target {
  readonly tenant: Tenant;
  readonly id: string;
  readonly whose: Whose;
}

/**
 * The page on which a person enters, replaces and removes credentials of the invoices API: their own in every organization the
 * access file gives them, and the organization's where it names them an owner. It takes a sign-in of the last minutes for which
 * the issuer asked the person anew, as registering a passkey does, and works without scripts. A token comes in by a form, is
 * tried, and goes nowhere but into the vault.
 *
 *   GET  /credentials         the page
 *   POST /credentials         csrf, organization, whose, token → 303 to the page, which says what became of it
 *   POST /credentials/remove  csrf, organization, whose → the same
 *   POST /credentials/retry   csrf, organization, whose → the same; tries one that died once more
 *   POST /credentials/sign-in csrf, organization, whose → a page that leads to the API's own sign-in, if there is one
 *   GET  /credentials/callback   back from there: its tokens are tried as a typed one is
 */
export function createCredentialPages(options: CredentialPagesOptions): Hono<{ Bindings: Peer }> {
  const { signIn, tenants, vault, upstream, clock, log } = options;
  const rates = createRates(ATTEMPTS, clock);

  async function answer(context: PageContext, title: string, main: Markup, status: 200 | 403 | 500 = 200) {
    const parts = {
      language: readerLanguage(context),
      title: String(await markup`${title}`),
      main: String(await main),
    };
    const { html, csp } = formPageHtml({ nonce: randomBytes(18).toString("base64"), ...parts });
    context.header("content-security-policy", csp);
    return context.html(html, status);
  }

  /** A page with one sentence, and the way back to the first one. */
  function word(context: PageContext, { title, sentence, label }: Word, status: 403 | 500) {
    return answer(context, title, wordMarkup(title, sentence, CREDENTIALS_PATH, label), status);
  }

  function refused(context: PageContext) {
    const { refusedTitle, refused: sentence, open } = WORDS[readerLanguage(context)];
    return word(context, { title: refusedTitle, sentence, label: open }, 403);
  }

  function over(context: PageContext) {
    const { overTitle, over: sentence, again } = WORDS[readerLanguage(context)];
    return word(context, { title: overTitle, sentence, label: again }, 403);
  }

  async function isFresh(context: PageContext, { subject }: Person): Promise<boolean> {
    return (await signIn.kept(context, "fresh credentials"))?.["subject"] === subject;
  }

  function tenantsOf({ principal, isMember }: Person): readonly Tenant[] {
    const memberships = membershipsOf(tenants(), { principal, isMember, rights: new Set(RIGHTS) });
    return memberships.map(({ tenant }) => tenant).filter(({ id }) => id !== null);
  }

  async function organizations(person: Person, language: Language): Promise<Shown["organizations"]> {
    const [own, shared] = await Promise.all([vault.list(person.principal), vault.list(OF_ORGANIZATION)]);
    return tenantsOf(person).map((tenant) => {
      const id = tenant.id ?? "";
      if (isNamed(tenant)) return { id, name: nameOf(tenant), slots: null };
      const stored = (all: readonly CredentialInfo[]) => storedIn(all, tenant, language, clock.now());
      return {
        id,
        name: nameOf(tenant),
        slots: [
          { whose: "own", stored: stored(own), isTheirs: true },
          { whose: "organization", stored: stored(shared), isTheirs: isOwnerOf(tenant, person.isMember) },
        ],
      };
    });
  }

  /** Of their organizations and rights alone; `null`: it is not theirs to do. */
  function targetIn(person: Person, form: URLSearchParams): Target | null {
    const tenant = tenantsOf(person).find(({ id }) => id === form.get("organization"));
    const whose = WHOSE.find((one) => one === form.get("whose"));
    if (tenant === undefined || tenant.isDoubtful || isNamed(tenant) || whose === undefined) return null;
    if (whose === "organization" && !isOwnerOf(tenant, person.isMember)) return null;
    return { tenant, id: tenant.id ?? "", whose };
  }

  async function enter(person: Person, target: Target, given: string): Promise<[Said, string]> {
    const secret = enteredSecret(given);
    return "is" in secret ? [secret.is, ""] : enterTried(person, target, secret);
  }

  async function enterTried(person: Person, target: Target, secret: UpstreamSecret): Promise<[Said, string]> {
    const said = await tried(person, target, secret);
    if (said[0] === "stored") await vault.put(scopeOf(person, target), secret);
    return said;
  }

  /** The API may have refused for a time what it takes again: nobody has to look for a token for that. */
  async function retry(person: Person, target: Target): Promise<[Said, string]> {
    const scope = scopeOf(person, target);
    const kept = await vault.get(scope);
    if (kept === null || kept.info.state === "alive") return ["changed", ""];
    const said = await tried(person, target, kept.secret);
    if (said[0] !== "stored") return said;
    return (await vault.revive(scope, kept.info)) ? ["revived", ""] : ["changed", ""];
  }

  /** What trying it showed; `stored`: it may be. */
  async function tried(person: Person, target: Target, secret: UpstreamSecret): Promise<[Said, string]> {
    const { tenant, id } = target;
    const leave = attempt(person);
    if (leave === null) return ["too_many", ""];
    const verdict = await tryCredential({
      token: secret.access_token,
      origin: tenant.origin,
      organization_id: id,
      proxy: options.proxy,
      budget: options.budgetOf(tenant),
    }).finally(leave);
    if (verdict.is !== "good") return [verdict.is, ""];
    return ["stored", verdict.name === null ? "" : quoted(verdict.name, 60)];
  }

  async function remove(person: Person, target: Target): Promise<[Said, string]> {
    return [(await vault.remove(scopeOf(person, target))) ? "removed" : "absent", ""];
  }

  /** Whose form it is, if they may send it; else what to answer. */
  async function sent(context: PageContext) {
    const form = await formBody(context.req.raw, context.env);
    const person = await signIn.personOf(context, form.get("csrf") ?? "");
    if (person instanceof Response && person.status !== 401) return refused(context);
    if (person instanceof Response || !(await isFresh(context, person))) return over(context);
    const target = targetIn(person, form);
    return target === null ? refused(context) : { person, target, form };
  }

  /** What a form asks for, if it may. */
  async function taken(
    context: PageContext,
    act: (person: Person, target: Target, form: URLSearchParams) => Promise<[Said, string]>,
  ): Promise<Response> {
    const asked = await sent(context);
    if (asked instanceof Response) return asked;
    const { person, target, form } = asked;
    return told(context, person, target, await act(person, target, form));
  }

  /** The page is opened anew, so that nothing is sent twice; it says what became of it. */
  async function told(
    context: PageContext,
    { principal }: Person,
    { tenant, id: organization, whose }: Target,
    [said, opens]: [Said, string],
  ): Promise<Response> {
    log.info(
      { event: "credential_form", caller: callerMark(principal), organization, whose, said },
      "a form for a credential was answered",
    );
    await signIn.keep(context, NOTICE, { said, opens, organization: nameOf(tenant) }, NOTICE_SECONDS);
    return context.redirect(CREDENTIALS_PATH, 303);
  }

  /** To the API's own sign-in. By a page of its own: a form may lead to this server alone, also where it is sent on. */
  async function sendOut(context: PageContext, upstream: UpstreamSignIn): Promise<Response> {
    const asked = await sent(context);
    if (asked instanceof Response) return asked;
    const { person, target } = asked;
    const { location, begun } = upstream.begin();
    const about = { subject: person.subject, organization: target.id, whose: target.whose };
    await signIn.keep(context, SIGNING_IN, { ...begun, ...about }, SIGNING_IN_SECONDS);
    context.header("refresh", `0; url=${location}`);
    const words = WORDS[readerLanguage(context)];
    return answer(context, words.outTitle, wordMarkup(words.outTitle, words.out, location, words.onward));
  }

  /** Back from there: only in the browser that went, by whom it was sent, once. */
  async function comeBack(context: PageContext, upstream: UpstreamSignIn): Promise<Response> {
    const { state, verifier, subject, organization, whose } = (await signIn.kept(context, SIGNING_IN)) ?? {};
    await signIn.keep(context, SIGNING_IN, {}, 0);
    const visitor = await signIn.visitorOf(context);
    if (visitor === null || !(await isFresh(context, visitor.person))) return over(context);
    const { person } = visitor;
    const about = new URLSearchParams({ organization: organization ?? "", whose: whose ?? "" });
    const target = subject === person.subject ? targetIn(person, about) : null;
    if (state === undefined || verifier === undefined || target === null) return refused(context);
    const secret = await upstream.finish(new URL(context.req.url).searchParams, { state, verifier });
    const said = secret === null ? NOT_SIGNED_IN : await enterTried(person, target, secret);
    return told(context, person, target, said);
  }

  /** The place of an attempt, to be left; `null`: there is none now. */
  function attempt({ principal }: Person): (() => void) | null {
    try {
      return rates.enter(principal);
    } catch (error) {
      if (error instanceof RefusedRequest) return null;
      throw error;
    }
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.onError((error, context) => {
    if (error instanceof RefusedRequest) return refused(context);
    log.error({ event: "credential_page_failed", error: error.stack ?? "" }, "the page for credentials failed");
    const { failedTitle, failed, open } = WORDS[readerLanguage(context)];
    return word(context, { title: failedTitle, sentence: failed, label: open }, 500);
  });
  app.use(`${CREDENTIALS_PATH}/*`, async (context, next) => {
    await next();
    guardPage(context, "same-origin");
  });
  app.get(CREDENTIALS_PATH, async (context) => {
    const visitor = await signIn.visitorOf(context);
    if (visitor === null || !(await isFresh(context, visitor.person))) return signIn.startFresh(context, "credentials");
    const language = readerLanguage(context);
    const words = WORDS[language];
    const { said, opens = "", organization = "" } = (await signIn.kept(context, NOTICE)) ?? {};
    const notice = isSaid(said) ? { said, opens, organization } : null;
    if (notice !== null) await signIn.keep(context, NOTICE, {}, 0);
    const { person, csrf } = visitor;
    const main = credentialsMarkup({
      language,
      subject: person.subject,
      csrf,
      notice,
      signsIn: upstream !== null,
      organizations: await organizations(person, language),
    });
    return answer(context, notice === null ? words.title : `${noticeText(notice, words)} ${words.title}`, main);
  });
  app.post(CREDENTIALS_PATH, (context) =>
    taken(context, (person, target, form) => enter(person, target, form.get("token") ?? "")),
  );
  app.post(`${CREDENTIALS_PATH}/remove`, (context) => taken(context, remove));
  app.post(`${CREDENTIALS_PATH}/retry`, (context) => taken(context, retry));
  if (upstream !== null) {
    app.post(`${CREDENTIALS_PATH}/sign-in`, (context) => sendOut(context, upstream));
    app.get(CREDENTIALS_CALLBACK, (context) => comeBack(context, upstream));
  }
  return app;
}

function scopeOf({ principal }: Person, { tenant, whose }: Target): Scope {
  return { ...placeOf(tenant), principal: whose === "own" ? principal : OF_ORGANIZATION };
}

function nameOf({ id, name }: Tenant): string {
  return name ?? id ?? "";
}

/** Its credential is in the settings, whether or not this process was started with it. */
function isNamed({ token, missing }: Tenant): boolean {
  return token !== undefined || missing !== null;
}

function storedIn(all: readonly CredentialInfo[], tenant: Tenant, language: Language, now: number): Stored {
  const { origin, organization_id } = placeOf(tenant);
  const info = all.find((one) => one.origin === origin && one.organization_id === organization_id);
  if (info === undefined) return null;
  const format = new Intl.DateTimeFormat(language === "de" ? "de" : "en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    ...(tenant.timezone === undefined ? {} : { timeZone: tenant.timezone }),
  });
  const { state, expires_at, renewable, updated_at } = info;
  const isLapsed = state === "alive" && !renewable && expires_at !== null && expires_at <= now;
  return {
    state: isLapsed ? "lapsed" : state,
    since: format.format(updated_at),
    until: renewable || expires_at === null ? null : format.format(expires_at),
  };
}
