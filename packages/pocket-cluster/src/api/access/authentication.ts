import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { ApiError } from "../../store/index.ts";
import type { ServiceAccountTokens } from "./tokens.ts";
import { ANONYMOUS, authenticated } from "./user.ts";
import type { User } from "./user.ts";

/** A request as it arrives over TLS. */
type SecureRequest = Pick<IncomingMessage, "headers"> & { readonly socket: unknown };

export type Authenticate = (request: SecureRequest) => User;

/** Client certificates (CN is the user, O the groups), then bearer tokens, else anonymous. Throws 401 for credentials that are no good. */
export function authentication(tokens: ServiceAccountTokens): Authenticate {
  /** A connection's certificate does not change, and reading it costs more than a small request. */
  const bySocket = new WeakMap<object, User | "none">();

  return (request) => {
    const socket = request.socket as TLSSocket;
    let user = bySocket.get(socket);
    if (user === undefined) {
      user = certificateUser(socket) ?? "none";
      bySocket.set(socket, user);
    }
    if (user !== "none") return user;

    const bearer = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer === undefined) return ANONYMOUS;
    const found = tokens.authenticate(bearer.trim());
    if (found === undefined) throw unauthorized();
    return found.user;
  };
}

function unauthorized(): ApiError {
  return new ApiError(401, "Unauthorized", "Unauthorized");
}

function certificateUser(socket: TLSSocket): User | undefined {
  const certificate = socket.getPeerCertificate() as { subject?: { CN?: string | string[]; O?: string | string[] } };
  if (certificate.subject === undefined) return undefined;
  // Signed by another authority, expired or not meant for clients: as good as a wrong password.
  if (!socket.authorized) throw unauthorized();
  const [name] = listOf(certificate.subject.CN);
  if (name === undefined) throw unauthorized();
  return authenticated({ name, groups: listOf(certificate.subject.O) });
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}
