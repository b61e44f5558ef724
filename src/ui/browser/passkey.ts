import { isRecord, recordIn, textIn } from "./json.ts";

/** Between JSON and the browser's passkeys: the same fields, with bytes as base64url. */

function bytesOf(text: string | null): ArrayBuffer {
  const plain = atob((text ?? "").replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = new Uint8Array(plain.length);
  for (let index = 0; index < plain.length; index++) bytes[index] = plain.charCodeAt(index);
  return bytes.buffer;
}

function textOf(bytes: ArrayBuffer): string {
  const plain = [...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function known(options: unknown, name: string): PublicKeyCredentialDescriptor[] {
  const list: unknown = isRecord(options) ? options[name] : null;
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => ({ type: "public-key", id: bytesOf(textIn(item, "id")) }));
}

function timeoutOf(options: unknown): number {
  const timeout = isRecord(options) ? options["timeout"] : null;
  return typeof timeout === "number" ? timeout : 120_000;
}

/** The passkey's signature over what the server asks for. Throws when the person, or the device, does not give it. */
export async function signWithPasskey(options: unknown): Promise<object> {
  const made = await navigator.credentials.get({
    publicKey: {
      challenge: bytesOf(textIn(options, "challenge")),
      rpId: textIn(options, "rpId") ?? "",
      allowCredentials: known(options, "allowCredentials"),
      userVerification: "required",
      timeout: timeoutOf(options),
    },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAssertionResponse)) {
    throw new TypeError("no assertion");
  }
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: "public-key",
    response: {
      authenticatorData: textOf(authenticatorData),
      clientDataJSON: textOf(clientDataJSON),
      signature: textOf(signature),
      ...(userHandle === null ? {} : { userHandle: textOf(userHandle) }),
    },
  };
}

/** A new passkey of this person's device. Throws as above. */
export async function makePasskey(options: unknown): Promise<object> {
  const [rp, user] = [recordIn(options, "rp"), recordIn(options, "user")];
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(textIn(options, "challenge")),
      rp: { id: textIn(rp, "id") ?? "", name: textIn(rp, "name") ?? "" },
      user: {
        id: bytesOf(textIn(user, "id")),
        name: textIn(user, "name") ?? "",
        displayName: textIn(user, "displayName") ?? "",
      },
      // EdDSA, ES256, RS256.
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
      excludeCredentials: known(options, "excludeCredentials"),
      timeout: timeoutOf(options),
    },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse)) {
    throw new TypeError("no attestation");
  }
  const { attestationObject, clientDataJSON } = made.response;
  return {
    id: made.id,
    rawId: textOf(made.rawId),
    type: "public-key",
    response: {
      attestationObject: textOf(attestationObject),
      clientDataJSON: textOf(clientDataJSON),
      transports: made.response.getTransports(),
    },
  };
}
