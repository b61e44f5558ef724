import { createHash } from "node:crypto";
import { z } from "zod";
import { makeToken } from "./access.ts";
import type { World } from "./world.ts";

/** A pair as the API's sign-in hands it out. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/** The API's own sign-in: `GET /oauth/authorize` of somebody who agrees at once, and `POST /oauth/token`. */
export interface SimulatedSignIn {
  /** Of `GET /oauth/authorize`. */
  readonly authorize_url: string;
  /** Of `POST /oauth/token`. */
  readonly url: string;
  /** What a person who signs in would be given. */
  signIn(): TokenPair;
  /** Access tokens that it has handed out lapse now. */
  lapse(): void;
  /** How often a pair was renewed. */
  renewals(): number;
  /** A refresh token came a second time: everything of that sign-in is over. */
  isOver(): boolean;
}

const LIVES_MS = 24 * 60 * 60_000;

const CLIENT = "simulator";
const tokenBody = z.discriminatedUnion("grant_type", [
  z.object({ grant_type: z.literal("refresh_token"), refresh_token: z.string(), client_id: z.literal(CLIENT) }),
  z.object({
    grant_type: z.literal("authorization_code"),
    code: z.string(),
    redirect_uri: z.string(),
    code_verifier: z.string(),
    client_id: z.literal(CLIENT),
  }),
]);
type CodeBody = Extract<z.infer<typeof tokenBody>, { grant_type: "authorization_code" }>;

const authorizeQuery = z.object({
  response_type: z.literal("code"),
  client_id: z.literal(CLIENT),
  redirect_uri: z.url({ protocol: /^https?$/ }),
  state: z.string(),
  scope: z.string(),
  code_challenge: z.string(),
  code_challenge_method: z.literal("S256"),
});

/**
 * Refresh tokens are good once, as a careful sign-in has it: a second use is taken for theft. What the API's documents do
 * not show is switchable (`token_answer`).
 */
export class Tokens {
  readonly #world: World;
  readonly #access = new Map<string, number>();
  /** By refresh token, whether it was used. */
  readonly #refresh = new Map<string, boolean>();
  /** By code, what it was given for. */
  readonly #codes = new Map<string, { readonly redirect_uri: string; readonly challenge: string }>();
  readonly #livesMs: number;
  #renewals = 0;
  #over = false;

  constructor(world: World, livesMs = LIVES_MS) {
    this.#world = world;
    this.#livesMs = livesMs;
  }

  get renewals(): number {
    return this.#renewals;
  }

  get isOver(): boolean {
    return this.#over;
  }

  accepts(token: string): boolean {
    const until = this.#access.get(token);
    return !this.#over && until !== undefined && until > this.#world.now();
  }

  lapse(): void {
    this.#access.clear();
  }

  pair(): TokenPair {
    const access_token = makeToken(this.#world.organization_id, this.#world.newSecret());
    const refresh_token = `refresh-${this.#world.newSecret()}`;
    const expires_at = this.#world.now() + this.#livesMs;
    this.#access.set(access_token, expires_at);
    this.#refresh.set(refresh_token, false);
    return { access_token, refresh_token, expires_at };
  }

  /** The answer of `GET /oauth/authorize`: who comes is signed in, and agrees. */
  authorize(query: URLSearchParams): Response {
    const parsed = authorizeQuery.safeParse(Object.fromEntries(query));
    if (!parsed.success) return Response.json({ error: "invalid_request" }, { status: 400 });
    const { redirect_uri, state, code_challenge } = parsed.data;
    const code = `code-${this.#world.newSecret()}`;
    this.#codes.set(code, { redirect_uri, challenge: code_challenge });
    const back = new URL(redirect_uri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", state);
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  /** The answer of `POST /oauth/token`. */
  answer(body: string): Response {
    const parsed = tokenBody.safeParse(jsonIn(body));
    if (!parsed.success) return Response.json({ error: "invalid_request" }, { status: 400 });
    const { data } = parsed;
    const isGranted = data.grant_type === "refresh_token" ? this.#renews(data.refresh_token) : this.#redeems(data);
    if (!isGranted) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const { access_token, refresh_token, expires_at } = this.pair();
    const isDocumented = this.#world.switches().token_answer === "documented";
    return Response.json({
      access_token,
      refresh_token,
      ...(isDocumented
        ? { expiresIn: Math.round(this.#livesMs / 60_000), expiresAt: new Date(expires_at).toISOString() }
        : { token_type: "Bearer", expires_in: this.#livesMs / 1000 }),
    });
  }

  #renews(token: string): boolean {
    const used = this.#refresh.get(token);
    if (used === true) this.#over = true;
    if (used !== false || this.#over) return false;
    this.#refresh.set(token, true);
    this.#renewals += 1;
    return true;
  }

  /** A code is good once, for the redirect address and the verifier that belong to it. */
  #redeems({ code, redirect_uri, code_verifier }: CodeBody): boolean {
    const given = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash("sha256").update(code_verifier).digest("base64url");
    return given?.redirect_uri === redirect_uri && given.challenge === challenge;
  }
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
