/** Answers one request: pure, from what is known now. The real server is adapters/http-server. */
export type RequestHandler = (path: string) => HttpAnswer | undefined;

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}
