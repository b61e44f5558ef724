import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import { checkPlace, Refusal, sendJson } from "../../ui/loopback.ts";
import { listenOnLoopback } from "../../ui/loopback-server.ts";
import { attestationOptions, attestationSchema, type Enrolment, verifyAttestation } from "../passkeys/enrol.ts";
import type { Passkey, PasskeyStore } from "../passkeys/port.ts";
import { secretHash, secretMatches } from "../typed.ts";
import { type Language, say } from "../wording.ts";
import { body, sendPage } from "./page-http.ts";

export interface PasskeyPageDeps {
  readonly passkeys: PasskeyStore;
  readonly principal: string;
  readonly clock: Clock;
  readonly language: Language;
  /** By which the owner will tell it from others. */
  readonly name: string;
}

export interface PasskeyPage {
  /** One-time address for the owner's browser. */
  readonly link: string;
  /** Once one is registered. */
  readonly registered: Promise<Passkey>;
  close(): Promise<void>;
}

const optionsBody = z.strictObject({ secret: z.string().max(200) });
const passkeyBody = z.strictObject({ secret: z.string().max(200), attestation: attestationSchema });
const MAX_BODY = 40_960;

/**
 * The page on which a passkey is registered: a server of its own, started by the owner's command in a terminal and gone
 * with it. The page of approvals has no way here, so that a link to an approval registers nothing.
 */
export async function openPasskeyPage(deps: PasskeyPageDeps): Promise<PasskeyPage> {
  const secret = randomBytes(32).toString("base64url");
  const hash = secretHash(secret);
  let challenge: string | null = null;
  let tell: (passkey: Passkey) => void = () => {};
  const registered = new Promise<Passkey>((resolve) => {
    tell = resolve;
  });
  const running = await listenOnLoopback("localhost", (request, response) => void serve(request, response));
  const enrolment = (text: string): Enrolment => ({
    principal: deps.principal,
    name: deps.principal,
    challenge: text,
    origin: running.origin,
    rp_id: "localhost",
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      checkPlace(request, running.origin);
      await route(request, response);
    } catch (error) {
      response.setHeader("connection", "close");
      const text = say(deps.language, "Nothing was registered.", "Es wurde nichts hinterlegt.");
      sendJson(response, error instanceof Refusal ? error.status : 500, { ok: false, message: text });
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = `${request.method} ${request.url}`;
    if (path === "GET /") return sendPage(response, "passkey", deps.language);
    if (path === "POST /passkey/options") {
      if (!secretMatches((await body(request, optionsBody)).secret, hash)) throw new Refusal(403);
      challenge = randomBytes(32).toString("base64url");
      const existing = await deps.passkeys.list(deps.principal);
      return sendJson(response, 200, { options: attestationOptions(enrolment(challenge), existing) });
    }
    if (path === "POST /passkey") {
      const given = await body(request, passkeyBody, MAX_BODY);
      const asked = challenge;
      challenge = null;
      if (!secretMatches(given.secret, hash) || asked === null) throw new Refusal(403);
      const made = { name: deps.name, now: deps.clock.now() };
      const passkey = await verifyAttestation(given.attestation, enrolment(asked), made);
      if (passkey === null) throw new Refusal(400);
      await deps.passkeys.add(deps.principal, passkey);
      sendJson(response, 200, { ok: true, message: "" });
      tell(passkey);
      return;
    }
    throw new Refusal(404);
  }

  return { link: `${running.origin}/#${secret}`, registered, close: () => running.close() };
}
