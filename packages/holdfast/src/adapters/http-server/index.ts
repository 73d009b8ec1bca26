export { serveHttp } from "./http-server.ts";
