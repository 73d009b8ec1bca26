import { ClusterError, clusterErrorCode } from "../../ports/index.ts";

/** What a server says when it refuses: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface StatusBody {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
}

export function errorOfAnswer(doing: string, status: number, text: string): ClusterError {
  const message = messageOf(text) ?? `the server answered ${status}`;
  return new ClusterError(clusterErrorCode(status, message), `${doing}: ${message}`);
}

/** The server's own words; what is no Status (a proxy's page) is left out. */
function messageOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as StatusBody;
    return body.kind === "Status" ? (body.message ?? body.reason) : undefined;
  } catch {
    return undefined;
  }
}

/** Something went wrong before an answer came. An abort stays what it is, so that callers can tell it from trouble. */
export function errorOfFailure(doing: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof ClusterError)
    return new ClusterError(error.code, prefixed(doing, error.message), { cause: error });
  const { code, message } = error as NodeJS.ErrnoException;
  return new ClusterError("unreachable", `${doing}: ${code ?? message}`, { cause: error });
}

function prefixed(doing: string, message: string): string {
  return message.startsWith(doing) ? message : `${doing}: ${message}`;
}
