export { agentConnector } from "./agent-connector.ts";
